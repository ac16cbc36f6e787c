"""Words that Danish companies are made of: places, streets, people, trades."""


def _words(text: str, sign: str | None = None) -> tuple[str, ...]:
    return tuple(text.split(sign))


PLACES: tuple[tuple[str, str], ...] = tuple(
    (line[:4], line[5:])
    for line in """1050 København K
1100 København K
1220 København K
1300 København K
1411 København K
1550 København V
1610 København V
1620 København V
1720 København V
1799 København V
1820 Frederiksberg C
1920 Frederiksberg C
2000 Frederiksberg
2100 København Ø
2150 Nordhavn
2200 København N
2300 København S
2400 København NV
2450 København SV
2500 Valby
2600 Glostrup
2605 Brøndby
2610 Rødovre
2620 Albertslund
2630 Taastrup
2640 Hedehusene
2650 Hvidovre
2660 Brøndby Strand
2670 Greve
2680 Solrød Strand
2690 Karlslunde
2700 Brønshøj
2720 Vanløse
2730 Herlev
2740 Skovlunde
2750 Ballerup
2760 Måløv
2770 Kastrup
2791 Dragør
2800 Kongens Lyngby
2820 Gentofte
2830 Virum
2840 Holte
2850 Nærum
2860 Søborg
2880 Bagsværd
2900 Hellerup
2920 Charlottenlund
2930 Klampenborg
2950 Vedbæk
2960 Rungsted Kyst
2970 Hørsholm
2980 Kokkedal
2990 Nivå
3000 Helsingør
3060 Espergærde
3400 Hillerød
3450 Allerød
3460 Birkerød
3500 Værløse
3520 Farum
3600 Frederikssund
3700 Rønne
4000 Roskilde
4100 Ringsted
4180 Sorø
4200 Slagelse
4220 Korsør
4300 Holbæk
4400 Kalundborg
4600 Køge
4700 Næstved
4800 Nykøbing F
4930 Maribo
5000 Odense C
5200 Odense V
5220 Odense SØ
5230 Odense M
5240 Odense NØ
5250 Odense SV
5260 Odense S
5500 Middelfart
5600 Faaborg
5700 Svendborg
5800 Nyborg
6000 Kolding
6100 Haderslev
6200 Aabenraa
6270 Tønder
6400 Sønderborg
6600 Vejen
6700 Esbjerg
6705 Esbjerg Ø
6760 Ribe
6800 Varde
7000 Fredericia
7100 Vejle
7190 Billund
7200 Grindsted
7330 Brande
7400 Herning
7430 Ikast
7500 Holstebro
7600 Struer
7700 Thisted
7800 Skive
7900 Nykøbing M
8000 Aarhus C
8200 Aarhus N
8210 Aarhus V
8220 Brabrand
8230 Åbyhøj
8240 Risskov
8260 Viby J
8270 Højbjerg
8300 Odder
8400 Ebeltoft
8500 Grenaa
8600 Silkeborg
8660 Skanderborg
8700 Horsens
8800 Viborg
8900 Randers C
9000 Aalborg
9200 Aalborg SV
9220 Aalborg Øst
9400 Nørresundby
9500 Hobro
9600 Aars
9700 Brønderslev
9800 Hjørring
9900 Frederikshavn
9990 Skagen""".splitlines()
)

STREETS = _words(
    "Vestergade Østergade Nørregade Søndergade Algade Bredgade Storegade Skolegade Kirkegade Torvegade Havnegade "
    "Jernbanegade Stationsvej Strandvejen Hovedgaden Møllevej Skovvej Engvej Bakkevej Birkevej Bøgevej Egevej "
    "Elmevej Lindevej Rosenvej Syrenvej Industrivej Fabriksvej Håndværkervej Smedevænget Værkstedsvej Energivej "
    "Ålborgvej Åboulevarden Ågade Østre Vestre Nordre Fasanvej Lærkevej Solsortvej Viaduktvej Enghavevej "
    "Gammelgårdsvej Ryesgade Blegdamsvej Amagerbrogade Falkoner Valby Tomsgårdsvej Frederiksborgvej Roskildevej"
)
STREETS_WHOLE = tuple(
    {"Østre": "Østre Allé", "Vestre": "Vestre Ringgade", "Nordre": "Nordre Ringvej", "Falkoner": "Falkoner Allé",
     "Valby": "Valby Langgade"}.get(street, street)
    for street in STREETS
)  # fmt: skip

SURNAMES = _words(
    "Nielsen Jensen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen "
    "Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Østergaard Bæk Skov Lund Holm "
    "Kjær Ravn Krogh Dahl Friis Juhl Winther Nygaard Bruun Vestergaard Schmidt Lauridsen Toft Åkjær"
)
FIRST_NAMES = _words(
    "Anne Mette Kirsten Hanne Lene Susanne Marianne Helle Søren Lars Michael Henrik Thomas Jens Peter Bo Jørgen "
    "Åse Bjørn Ida Emma Freja Magnus Rasmus Mads Nikolaj Ayşe Mohammed Łukasz Zoë"
)
TRADES = _words(
    "Tømrer- og Snedkerforretning|VVS|El-Teknik|Byg|Murerfirma|Malerfirma|Tandlægerne|Lægehus|Fysioterapi|Revision|"
    "Advokater|Ejendomme|Ejendomsadministration|Kaffebar|Bageri|Blomster|Autoværksted|Transport|Logistik|Kloakservice|"
    "Gartneri|Dyreklinik|Optik|Frisør|Rengøringsartikler|IT|Software|Reklamebureau|Arkitekter|Ingeniører|Smedje|"
    "Maskinfabrik|Fiskeeksport|Møbler|Cykler|Hotel|Kursuscenter|Træningscenter|Køkken og Bad|Glarmester",
    "|",
)
FORMS = ("ApS", "ApS", "ApS", "ApS", "A/S", "A/S", "A/S", "I/S", "K/S", "P/S", "Holding ApS", "")
PUBLIC = ("Børnehaven Solstrålen", "Skolen ved Søen", "Plejecenter Bøgelunden", "Borgerservice", "Biblioteket",
          "Idrætshallen", "Jobcenter", "Musikskolen", "Sundhedshus Øst", "Rådhuset", "Mælkevejen")  # fmt: skip
HOUSING = ("Boligforeningen", "Boligselskabet", "Andelsboligforeningen", "Ejerforeningen", "Grundejerforeningen")
ESTATES = ("Åparken", "Bøgelunden", "Egehøj", "Fjordblik", "Kastaniehaven", "Møllevangen", "Rosengården", "Søhuset",
           "Toftegården", "Ærtebjerg", "Strandparken", "Birkebo")  # fmt: skip
CARE_OF = ("DEAS A/S", "Newsec Property", "CEJ Ejendomsadministration", "Qvortrup Administration", "Kundebogholderiet")
