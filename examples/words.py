"""Hold the invented words of the sample drops: names, towns, streets, companies. Nobody in here is a person."""

import unicodedata

import numpy as np
import polars as pl
from numpy.typing import NDArray


def list_words(text: str, separator: str | None = None) -> tuple[str, ...]:
    """Return the words of a text: between separators, white space tidied, or between white space."""
    return tuple(" ".join(word.split()) for word in text.split(separator))


def list_towns(text: str) -> tuple[tuple[str, str, str], ...]:
    """Return (town, county or state, start of the postcode as text) of each `Town/County/PC` of the text."""
    parts = [word.split("/") for word in list_words(text, "|")]
    return tuple((town, county, area) for town, county, area in parts)


FIRST_NAMES = list_words(
    """
    Aisha Alan Alice Amara Amelia Andrew Angela Anita Anwen Arjun Beatrice Ben Bethan Blessing Brian Callum Carmen
    Chen Chloe Chinedu Claire Colin Dana Daniel Deepa Deirdre Diego Dylan Ebony Edith Elena Emeka Emma Erin Ewan
    Farah Fatima Fiona Frank Gareth George Grace Hamish Hana Harriet Helen Hugo Ibrahim Imogen Ines Isla Ivan Jack
    Jamal Jane Jasmine Joan Jodie John Joseph Joyce Kate Keith Kofi Kwame Laura Leroy Liam Lin Lucy Malik Marcus
    Maria Matilda Mei Mohammed Morag Nadia Nathan Neha Nia Nigel Noah Olive Omar Oscar Owen Patricia Paul Pedro
    Petra Priya Rachel Ravi Rhys Rosa Ruby Samir Samuel Sanjay Shane Sheila Sian Sofia Stuart Tara Thandi Tom Tran
    Usha Victor Wendy Wei Yusuf Zainab
    """
)
LAST_NAMES = list_words(
    """
    Abara Adeyemi Ahmed Akhtar Allen Appleby Baker Banerjee Barlow Begum Bell Bowen Brookes Byrne Campbell Carter
    Chaudhry Clarke Coleman Cooper Costa Cox Davies Desai Diaz Dixon Doyle Edwards Ellis Evans Farrell Ferguson
    Fisher Fletcher Foster Gallagher Garcia Gibson Gill Graham Grant Griffiths Haddad Hall Hamilton Harper Hassan
    Hill Holt Hughes Hussain Iqbal Jackson James Jenkins Johal Jones Kapoor Kaur Kelly Khan Kim Kowalski Lambert Lee
    Lewis Lloyd Macdonald Mahmood Marsh Mbeki McKenna Mensah Miller Moore Morgan Murphy Nguyen Nkosi Novak Oakley
    Obi O'Brien O'Connor Okafor Osei Owens Park Patel Pearce Pereira Phillips Powell Price Quinn Rahman Reed Reid
    Rossi Russell Santos Scott Sharma Shaw Silva Singh Smith Stone Sutherland Taylor Tan Thomas Turner Vaughan Walsh
    Watts Webb Williams Wong Wright Yates Young Smith-Jones
    """
)
FOREIGN_FIRST_NAMES = ("Zoë", "Łukasz", "Siân", "José", "Chloé", "Björn", "Renée", "Aoife Méabh", "Iñigo", "Seán")
FOREIGN_LAST_NAMES = ("Müller", "Núñez", "Śliwa", "Brontë", "Ó Briain", "Fàbregas", "Çelik", "Dvořák", "Gül")

UK_TOWNS = list_towns(
    """
    Leeds/West Yorkshire/LS| Bradford/West Yorkshire/BD| York/North Yorkshire/YO| Hull/East Yorkshire/HU|
    Bristol/Avon/BS| Bath/Somerset/BA| Exeter/Devon/EX| Truro/Cornwall/TR| Cardiff/South Glamorgan/CF| Swansea/West
    Glamorgan/SA| Wrexham/Clwyd/LL| Belfast/Antrim/BT| Glasgow/Lanarkshire/G| Perth/Perthshire/PH| Dundee/Angus/DD|
    Inverness/Highland/IV| Durham/County Durham/DH| Carlisle/Cumbria/CA| Preston/Lancashire/PR| Chester/Cheshire/CH|
    Stoke-on-Trent/Staffordshire/ST| Coventry/West Midlands/CV| Norwich/Norfolk/NR| Ipswich/Suffolk/IP|
    Lincoln/Lincolnshire/LN| Oxford/Oxfordshire/OX| Reading/Berkshire/RG| Luton/Bedfordshire/LU| Dover/Kent/CT|
    Brighton/East Sussex/BN| Croydon/Greater London/CR| Ealing/Greater London/W
    """
)
AU_TOWNS = list_towns(
    """
    Albury/NSW/26| Armidale/NSW/23| Bathurst/NSW/27| Bega/NSW/25| Bourke/NSW/28| Broken Hill/NSW/28|
    Cessnock/NSW/23| Cowra/NSW/27| Dubbo/NSW/28| Gosford/NSW/22| Goulburn/NSW/25| Grafton/NSW/24| Kiama/NSW/25|
    Lismore/NSW/24| Mudgee/NSW/28| Orange/NSW/28| Parramatta/NSW/21| Tamworth/NSW/23| Taree/NSW/24| Wagga
    Wagga/NSW/26
    """
)
US_TOWNS = list_towns(
    """
    Albany/NY/122| Augusta/ME/043| Boise/ID/837| Boulder/CO/803| Concord/NH/033| Dayton/OH/454| Dover/DE/199| El
    Paso/TX/799| Eugene/OR/974| Fargo/ND/581| Fresno/CA/937| Helena/MT/596| Hilo/HI/967| Jackson/MS/392|
    Lincoln/NE/685| Macon/GA/312| Mobile/AL/366| Newark/NJ/071| Ocala/FL/344| Peoria/IL/616| Quincy/MA/021|
    Reno/NV/895| Salem/OR/973| St. Paul/MN/551| Tulsa/OK/741| Utica/NY/135| Waco/TX/767| Yuma/AZ/853
    """
)
UK_STREETS = tuple(
    f"{name} {way}"
    for name in ("Abbey", "Beech", "Canal", "Chapel", "Church", "Forge", "Harbour", "Mill", "Orchard", "Victoria")
    for way in ("Road", "Street", "Lane", "Close", "Terrace", "Avenue")
)
AU_STREETS = tuple(
    f"{name} {way}"
    for name in ("Acacia", "Banksia", "Bluegum", "Kookaburra", "Macquarie", "Station", "Wattle")
    for way in ("St", "Rd", "Pde", "Cres")
)
US_STREETS = tuple(
    f"{name} {way}"
    for name in ("Cedar", "Elm", "Jefferson", "Lakeview", "Main", "Maple", "Oak", "Second", "Sunset", "Walnut")
    for way in ("St", "Ave", "Blvd", "Dr")
)
# A company is a family name and one of these, put after it; some need quoting in a CSV, on purpose.
TRADES = list_words(
    """
    & Sons| , Marsh & Co| Plumbing Ltd| Dental Practice| Motors| Roofing| Joinery| Lettings| Solar| Windows Ltd|
    Care Home| Family Practice| Hardware| Fencing| , Reid and Partners| Bakery| Opticians| Removals| Kitchens|
    Energy Advice| Farm Shop| Print| Garage (Main St)| Vets
    """,
    "|",
)
NOTES = list_words(
    """
    Prefers mornings| Call after 6, not Friday| Said "maybe" last time| Interested in solar| Moved house| Ask for
    the owner| Met at the fair| Renewal in spring| Wants a quote; no rush| Speaks Welsh
    """,
    "|",
)
COMPANY_ENDS = tuple(trade.replace(" ,", ",") for trade in (f" {trade}" for trade in TRADES))
MAIL_DOMAINS = ("mail.example.com", "post.example.org", "inbox.example.net", "example.com", "home.example.org")

TOWNS = {"GB": UK_TOWNS, "AU": AU_TOWNS, "US": US_TOWNS}
STREETS = {"GB": UK_STREETS, "AU": AU_STREETS, "US": US_STREETS}
ALL_FIRST_NAMES = FIRST_NAMES + FOREIGN_FIRST_NAMES
ALL_LAST_NAMES = LAST_NAMES + FOREIGN_LAST_NAMES


def fold_name(name: str) -> str:
    """Return the name as it stands in an e-mail address: lower case a to z only."""
    plain = unicodedata.normalize("NFKD", name.replace("Ł", "L").replace("ł", "l").replace("ø", "o"))
    return "".join(c for c in plain.casefold() if "a" <= c <= "z")


def look_up(words: tuple[str, ...] | list[str], positions: NDArray[np.int64]) -> pl.Series:
    """Return the words at the positions, one per position, same order."""
    return pl.Series(words, dtype=pl.String).gather(positions)
