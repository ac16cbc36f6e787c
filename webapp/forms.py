"""Fixed forms: signing in and changing the password, with our own words for what is wrong."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length

csrf = CSRFProtect()
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


class LoginForm(FlaskForm):
    email = StringField(
        _l("E-mail"), [InputRequired(_l("Skriv din e-mail.")), Length(max=255, message=_l("For lang."))]
    )
    password = PasswordField(
        _l("Adgangskode"),
        [
            InputRequired(_l("Skriv din adgangskode.")),
            Length(max=LONGEST_PASSWORD, message=_l("Adgangskoden er for lang.")),
        ],
    )


class PasswordForm(FlaskForm):
    current = PasswordField(_l("Nuværende adgangskode"), [InputRequired(_l("Skriv den adgangskode, du har nu."))])
    new = PasswordField(
        _l("Ny adgangskode"),
        [
            InputRequired(_l("Skriv en ny adgangskode.")),
            Length(SHORTEST_PASSWORD, LONGEST_PASSWORD, _l("Den nye adgangskode skal have mindst 10 tegn.")),
        ],
    )
    again = PasswordField(
        _l("Ny adgangskode igen"),
        [
            InputRequired(_l("Skriv den nye adgangskode igen.")),
            EqualTo("new", _l("De to nye adgangskoder er ikke ens.")),
        ],
    )
