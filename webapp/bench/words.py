"""Danish names, trades, streets and towns the labelled set is put together from; no list is shared with the matcher."""


def listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


FIRST = listed(
    "Anne Mette Kirsten Hanne Helle Susanne Lone Marianne Camilla Louise Ida Freja Sofie Emma Karen Inger Birthe "
    "Jette Lars Michael Jens Peter Henrik Søren Thomas Martin Morten Anders Rasmus Mads Kasper Jørgen Niels Ole "
    "Bjørn Åge Knud Erik Hans Poul Svend Torben Flemming Bent Preben Ahmed Fatima Mohammed Aisha Piotr Katarzyna "
    "Andrei Elena"
)
LAST = listed(
    "Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen "
    "Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Jakobsen Mikkelsen Frederiksen "
    "Laursen Lund Holm Schmidt Eriksen Kristiansen Clausen Simonsen Svendsen Andreasen Iversen Østergaard Jeppesen "
    "Vestergaard Nissen Lauridsen Kjær Jespersen Mogensen Nørgaard Jepsen Frandsen Søndergaard Jessen Carlsen "
    "Brandt Bjerregaard Ågaard Bang Krogh Toft Dahl Skov Bøgh Friis Kofoed Winther Damgaard Kjeldsen Bruun "
    "Hedegaard Overgaard Ravn Haugaard Yilmaz Hussain Kowalski Nguyen Ahmadi"
)
TRADES = listed(
    "Tømrerfirma Murermester Malerfirma VVS El-Service Tandklinik Bageri Slagteri Autoværksted Frisør Revision "
    "Advokatfirma Ejendomsservice Rengøring Blomster Gulve Køkkener Vinduespolering Anlægsgartner Kloakservice "
    "Transport Vognmand Entreprise Smedje Tagdækning Dyreklinik Fysioterapi Optik Catering Køreskole Maskinstation "
    "Trykkeri Guldsmed Isolering Ventilation Glarmester Kaffebar Cykler Møbler Skadeservice"
)
COINED = listed(
    "Nordlys Havblik Fjordens Solsikken Skovbryn Klitgården Vesterhav Kornblomsten Lyngen Mågen Ørnen Svanen "
    "Stjernen Bøgen Egen Birken Kilden Broen Tårnet Møllen Kysten Bakken Engen Dalen Åen Søen Viben Lærken Falken "
    "Ravnen Delta Nova Prima Optima Centrum City Viking Thor Odin Freja Balder Saga Edda Runen Danelag Nordic Scan "
    "Baltic Alfa Omega Zenit Kompas Anker Fyret Molen Sejlet Roret Polaris Aurora Terra Aqua Vento Lumen Ignis "
    "Ferro"
)
LATER = listed(
    "Gruppen Partner Teknik Invest Ejendomme Data Consult Trading Import Design Energi Byg Service Logistik Handel "
    "Produktion Montage Systemer Maskiner Food Agro Pharma Media Reklame"
)
SITES = (
    "Børnehaven {} ", "Vuggestuen {}", "Plejecenter {}", "{} Skole", "Kulturhuset {}", "Bofællesskabet {}",
)  # fmt: skip
CHAINS = (
    "Grøn Købmand", "Dansk Discount", "Byens Apotek", "Nordjysk Fitness", "Rema Trælast", "Hverdagskøb", "Solbageren",
    "Kystens Hoteller", "Auto-Mester", "Flügger Hjørnet", "Bog & Papir", "Tæppeland", "Sengespecialisten",
    "Vinkælderen",
)  # fmt: skip
STREETS = (
    *listed(
        "Havnegade Vestergade Østergade Nørregade Søndergade Storegade Algade Kirkevej Skolevej Bygade Strandvejen "
        "Møllevej Industrivej Fabriksvej Birkevej Bøgevej Egevej Lærkevej Engvej Skovvej Bakkevej Parkvej Ringvejen "
        "Stationsvej Jernbanegade Torvet Rådhuspladsen Kongensgade Dronningensgade Adelgade Grønnegade Bredgade "
        "Smedegade Hovedgaden Teglværksvej Ålborgvej Århusvej Koldingvej Vejlevej Roskildevej Lyngbyvej "
        "Amagerbrogade Vesterbrogade Nørrebrogade Frederiksborgvej Tagensvej Øresundsvej Håndværkervej Erhvervsvej "
        "Transportvej Energivej Mosevej Elmevej Kærvej Rosenvej Tulipanvej Solbakken Højvangen Lindealle "
        "Kastaniealle Platanalle"
    ),
    "Gammel Kongevej", "Sankt Peders Stræde", "Nørre Boulevard", "Søndre Landevej", "Gammel Landevej", "Nørre Allé",
    "Hans Hansens Plads", "C.F. Richs Vej", "Østre Havnevej", "Vestre Ringgade", "Store Torv", "Lille Strandstræde",
)  # fmt: skip
TOWNS = (
    ("1050", "København K"), ("1620", "København V"), ("2100", "København Ø"), ("2200", "København N"),
    ("2300", "København S"), ("2450", "København SV"), ("2000", "Frederiksberg"), ("2800", "Kongens Lyngby"),
    ("2630", "Taastrup"), ("2750", "Ballerup"), ("3000", "Helsingør"), ("3400", "Hillerød"), ("4000", "Roskilde"),
    ("4100", "Ringsted"), ("4200", "Slagelse"), ("4600", "Køge"), ("4700", "Næstved"), ("4800", "Nykøbing F"),
    ("5000", "Odense C"), ("5220", "Odense SØ"), ("5700", "Svendborg"), ("5800", "Nyborg"), ("6000", "Kolding"),
    ("6100", "Haderslev"), ("6200", "Aabenraa"), ("6400", "Sønderborg"), ("6700", "Esbjerg"), ("6760", "Ribe"),
    ("7100", "Vejle"), ("7400", "Herning"), ("7500", "Holstebro"), ("7700", "Thisted"), ("8000", "Aarhus C"),
    ("8200", "Aarhus N"), ("8260", "Viby J"), ("8600", "Silkeborg"), ("8700", "Horsens"), ("8800", "Viborg"),
    ("8900", "Randers C"), ("9000", "Aalborg"), ("9400", "Nørresundby"), ("9500", "Hobro"), ("9700", "Brønderslev"),
    ("9800", "Hjørring"), ("9900", "Frederikshavn"), ("3700", "Rønne"), ("4990", "Sakskøbing"), ("8382", "Hinnerup"),
)  # fmt: skip
MUNICIPALITIES = ("Odense", "Aarhus", "Aalborg", "Randers", "Kolding", "Roskilde", "Esbjerg", "Viborg", "Svendborg")
FREE_MAIL = ("gmail.com", "hotmail.com", "outlook.dk", "live.dk", "icloud.com", "mail.dk", "yahoo.dk")
FORMS = ("ApS", "ApS", "ApS", "ApS", "A/S", "A/S", "I/S", "IVS", "K/S", "P/S", "")
NO_NAME = ("Kontantkunde", "Diverse", "Kontantsalg")
