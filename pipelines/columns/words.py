"""The words by which suppliers call the columns of a lead, as data: English, German, French, Spanish, Dutch.

A phrase is written as ``split_words`` gives a header's words: small letters without accents, camel case apart, numbers
left out. Sources: the headers of the real files that the tests use, of dialler and CRM import guides, and of forms.
"""


def list_phrases(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the phrases of a text, one between two commas, each as its words."""
    return tuple(tuple(phrase.split()) for phrase in text.replace("\n", " ").split(",") if phrase.strip())


PHRASES: dict[str, tuple[tuple[str, ...], ...]] = {
    "title": list_phrases("title, salutation, prefix, mr mrs, honorific, anrede, titel, civilite, tratamiento, aanhef"),
    "first_name": list_phrases(
        """first name, firstname, forename, given name, christian name, fname, first, given, vorname, prenom, nombre,
        nombre de pila, voornaam"""
    ),
    "last_name": list_phrases(
        """last name, lastname, surname, family name, lname, second name, last, family, nachname, familienname,
        zuname, nom de famille, apellido, apellidos, achternaam, familienaam"""
    ),
    "name": list_phrases(
        """name, full name, fullname, contact name, contact, contact person, person, ansprechpartner, nom, nom complet,
        nombre completo, nombre y apellidos, naam, volledige naam, kontakt"""
    ),
    "company": list_phrases(
        """company, company name, companyname, business, business name, organisation, organization, organisation name,
        organization name, org name, employer, firm, trading name, account name, hospital name, school name,
        practice name, shop name, store name, firma, firmenname, unternehmen, entreprise, societe, raison sociale,
        empresa, compania, razon social, bedrijf, bedrijfsnaam, organisatie"""
    ),
    "address": list_phrases(
        """address, addr, address line, addr line, street, street address, street name, mailing address, postal address,
        home address, house number, house name, adresse, anschrift, strasse, str, hausnummer, rue, voie,
        complement adresse, direccion, domicilio, calle, adres, straat, huisnummer, straatnaam"""
    ),
    "city": list_phrases(
        """city, town, city town, town city, town suburb, suburb, post town, locality, municipality, ort, stadt,
        wohnort, ville, commune, localite, ciudad, localidad, poblacion, municipio, stad, plaats, woonplaats,
        gemeente"""
    ),
    "region": list_phrases(
        """state, region, county, province, state province, county state, state county, state region, county name,
        bundesland, departement, provincia, comunidad autonoma, estado, provincie"""
    ),
    "postcode": list_phrases(
        """postcode, post code, postal code, postalcode, zip, zip code, zipcode, postal, post, plz, postleitzahl,
        code postal, cp, codigo postal, postkode"""
    ),
    "country": list_phrases("country, country name, nation, land, staat, pays, pais, landnaam"),
    "email": list_phrases(
        """email, e mail, email address, e mail address, mail, mail address, emailadresse, e mail adresse, mailadresse,
        courriel, adresse email, adresse e mail, adresse mail, mel, correo, correo electronico, direccion de correo,
        emailadres, e mailadres"""
    ),
    "phone": list_phrases(
        """phone, phone number, telephone, telephone number, tel, tel number, mobile, mobile phone, mobile number,
        mobile telephone, cell, cell phone, cellphone, cell number, landline, land line, home phone, work phone,
        day phone, evening phone, daytime phone, home telephone, work telephone, contact number, contact phone,
        direct dial, ddi, main phone, primary phone, alt phone, other phone, alternate phone, number phone, call number,
        number to dial, msisdn, telefon, telefonnummer, rufnummer, festnetz, telefonnr, handy, handynummer, mobil,
        mobilnummer, mobiltelefon, tel privat, tel mobil, tel fixe, telephone portable, telephone mobile,
        telephone fixe, portable, mobile portable, numero de telephone, fixe, telefono, telefono movil, telefono fijo,
        movil, celular, telefoon, telefoonnummer, mobiel, mobiele telefoon, mobiel nummer, gsm, vaste lijn"""
    ),
    "time_zone": list_phrases("time zone, timezone, tz, zeitzone, fuseau horaire, zona horaria, tijdzone"),
    "language": list_phrases("language, preferred language, lang, locale, sprache, langue, idioma, taal"),
    "captured_on": list_phrases(
        """capture date, date captured, captured, captured on, captured at, lead date, lead created, lead created at,
        lead created on, opt in date, optin date, opt in timestamp, opt in at, opted in on, opted in at, date of opt in,
        consent date, date of consent, consent timestamp, date generated, generated on, submission date, submitted,
        submitted on, submitted at, date submitted, signup date, sign up date,
        erfasst am, erfassungsdatum, opt in datum, anmeldedatum, einwilligung am, date de capture, date de collecte,
        date optin, date doptin, date dinscription, fecha de captura, fecha de registro, fecha de alta,
        datum aanmelding, aanmelddatum, optin datum"""
    ),
    "notes": list_phrases(
        """notes, note, comments, comment, remarks, message, bemerkung, bemerkungen, kommentar, notizen, remarques,
        commentaire, commentaires, observaciones, notas, comentarios, opmerkingen, opmerking, notities"""
    ),
}


def list_words(text: str) -> frozenset[str]:
    """Return the words of a text, between blanks."""
    return frozenset(text.split())


# Words of a phone column that say it rings in a pocket: such a column is dialled first.
MOBILE = list_words(
    "mobile mob cell cellphone handy handynummer mobil mobilnummer mobiltelefon portable movil celular mobiel mobiele"
    " gsm msisdn"
)
# Words that add nothing to what a header means.
FILLING = list_words(
    """
    no nr num number nummer numero the of your my customer client lead person subscriber personal primary main value
    de la le el du der die das van het en my home work business day daytime evening night office private privat primary
    preferred best current alt alternate alternative other secondary second line address contact school provider
    """
)
# Words that say a column is about something else than the word beside them: a type, a consent, another person.
OTHERWISE = list_words(
    """
    type kind status flag code id ids uuid key valid verified validated consent opt optin optout in out date time
    created updated modified at on by count score rating rank index ext extension extn fax telefax facsimile url web
    website link domain source campaign list ip do not call dnc bounced bounce job language dob birth age gender price
    amount format label hash is has yes provider subtype footnote footnotes ownership suffix middle initial mum mums
    mother mothers dad father fathers parent parents sister brother spouse partner wife husband child related relative
    emergency referrer referred agent owner manager supplier vendor carrier network operator latitude longitude
    """
)
