using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Phones;

/// <summary>Words that stand left of telephone numbers.</summary>
internal static class PhoneWords
{
    /// <summary>Words that mean a telephone number and little else.</summary>
    public static readonly ContextSet Strong = new(
        // English
        "phone", "phone number", "phone no", "telephone", "telephone number", "telephone no", "tel", "tel number", "tel no", "tele", "ph", "mobile number",
        "mobile phone", "mobile no", "mob",
        "cell number", "cell phone", "cellular", "cell no", "fax", "fax number", "fax no", "telefax", "facsimile", "whatsapp", "wa me", "viber", "msisdn", "hotline",
        "helpline", "landline", "smartphone", "handset", "pager", "toll free", "tollfree", "contact number", "contact no", "callback number", "caller id", "home number",
        "work number", "office number", "emergency contact", "sms", "sms to", "call me", "call me at", "call me on", "call us", "call us at", "call us on", "call him",
        "call her", "call them", "reach me", "reach us",
        "reach him", "reach her", "text me", "text us", "ring me", "ring us", "dial", "phone me", "callto", "voicemail", "direct line", "switchboard", "signal number",
        // German
        "Telefon", "Telefonnummer", "Telefonnr", "Tel nr", "Telnr", "Rufnummer", "Rufnr", "Handy", "Handynummer", "Handynr", "Mobil", "Mobilnummer", "Mobilnr",
        "Mobiltelefon", "Mobilfunk", "Mobilfunknummer", "Festnetz", "Festnetznummer", "Durchwahl", "Faxnummer", "Faxnr", "Telefaxnummer", "Rückruf", "Rückrufnummer",
        "Fon", "Natel", "Fernsprecher",
        "anrufen", "erreichbar", "telefonisch",
        // French
        "téléphone", "numéro de téléphone", "n° de téléphone", "tél", "téléphoner", "téléphonique", "numéro de portable", "ligne fixe", "télécopie",
        "télécopieur", "appelez", "appeler", "appelez moi", "joignable", "coordonnées téléphoniques", "cellulaire",
        // Spanish, Catalan
        "teléfono", "telefono", "número de teléfono", "teléfonos", "telf", "tlf", "tfno", "tlfn", "móvil", "movil", "celular", "teléfono móvil", "fijo", "llamar",
        "llame", "llámame", "llámeme",
        "telèfon", "mòbil",
        // Italian
        "numero di telefono", "recapito telefonico", "telefonico", "cellulare", "numero di cellulare", "fisso", "chiamare", "chiamami", "chiami", "telefonare", "telefonino",
        // Portuguese
        "telefone", "número de telefone", "telemóvel", "telemovel", "nº de telefone", "telefones", "ligar", "ligue", "whats", "fone", "telem", "tlm",
        // Dutch, Afrikaans
        "telefoon", "telefoonnummer", "telefoonnr", "mobiel", "mobiele nummer", "mobiel nummer", "mobieltje", "gsm nummer", "gsmnummer", "bellen",
        "foon", "selfoon", "selfoonnommer", "telefoonnommer",
        // Polish
        "telefonu", "numer telefonu", "nr telefonu", "nr tel", "telefoniczny", "telefonicznie", "komórka", "komórkę", "komórki", "komórkowy", "tel kom", "stacjonarny",
        "faks", "zadzwoń", "dzwonić",
        // Swedish, Norwegian, Danish
        "telefonen", "mobilen", "tlfnr", "telefonnummeret", "telefonnumret", "mobilnummeret", "mobilnumret",
        "fastnät", "hemtelefon", "fasttelefon", "fastnet", "faksnummer", "telefaks",
        // Finnish, Estonian
        "puhelin", "puhelinnumero", "puhelinnumeroni", "puhelinnro", "puhelimen", "puh", "kännykkä", "kännykän", "matkapuhelin", "matkapuhelinnumero", "lankapuhelin",
        "faksi", "soita", "soittaa", "telefoninumber", "mobiilinumber", "mobiil",
        // Icelandic, Latvian, Lithuanian
        "sími", "símanúmer", "farsími", "gsm sími", "tālrunis", "tālruņa numurs", "telefons", "mobilais", "telefonas", "telefono numeris", "mobilus", "mobilusis",
        "faksas", "fakss",
        // Turkish, Azerbaijani
        "telefon numarası", "telefon numaram", "telefonum", "cep telefonu", "cep telefonum", "cep no", "gsm no", "faks no", "arayın",
        "telefon nömrəsi", "mobil nömrə",
        // Czech, Slovak
        "telefonní číslo", "telefonní", "telefónne číslo", "telefónne", "telefón", "mobilní", "mobilné", "mobilní číslo", "mobilní telefon", "volejte", "zavolejte",
        "volajte", "pevná linka",
        // Hungarian
        "telefonszám", "telefonszáma", "telefonszámom", "telefonszámot", "telefonja", "mobilszám", "mobilszáma", "mobiltelefonszám", "vezetékes", "hívható", "hívjon",
        // Romanian
        "număr de telefon", "numărul de telefon", "numar de telefon", "telefonul", "mobilul", "nr de telefon", "sunați", "sunati",
        // Croatian, Serbian, Bosnian, Slovene, Macedonian, Bulgarian, Albanian
        "broj telefona", "telefona", "broj mobitela", "mobitel", "mobitela", "mobilni", "mobilni telefon", "telefonska številka", "telefonska", "mobilna", "gsm številka",
        "nazovite", "pokličite",
        "телефонски број", "мобилен", "мобилен телефон", "телефонен номер", "телефонен", "тел номер", "факс", "број телефона", "мобилни", "telefoni", "numri i telefonit",
        "celulari",
        // Greek
        "τηλέφωνο", "τηλ", "αριθμός τηλεφώνου", "τηλεφώνου", "τηλεφώνα", "κινητό", "κινητού", "αριθμός κινητού", "φαξ", "σταθερό", "καλέστε",
        // Russian, Ukrainian, Belarusian, Kazakh
        "телефон", "телефона", "номер телефона", "телефону", "телефоны", "телефоном", "тел", "моб", "мобильный", "мобильного", "мобильный телефон", "сотовый", "сотового",
        "сот", "звоните", "позвоните", "позвони", "ватсап", "вотсап", "факса",
        "номер телефону", "мобільний", "мобільного", "телефонуйте", "дзвоніть", "тэлефон", "нумар тэлефона", "мабільны", "телефон нөмірі", "ұялы",
        // Georgian, Armenian
        "ტელეფონი", "მობილური", "ტელ", "հեռախոս", "հեռախոսահամար", "հեռ",
        // Arabic, Persian, Urdu
        "هاتف", "الهاتف", "هاتفي", "رقم الهاتف", "رقم هاتف", "رقم هاتفي", "جوال", "الجوال", "جوالي", "رقم الجوال", "موبايل", "الموبايل", "محمول", "المحمول", "تليفون",
        "التليفون", "فاكس", "الفاكس", "واتساب", "الواتساب", "واتس", "اتصل", "نقال", "النقال", "رقم النقال",
        "تلفن", "شماره تلفن", "موبایل", "همراه", "تلفن همراه", "شماره موبایل", "نمابر", "فون", "فون نمبر", "موبائل", "موبائل نمبر",
        // Hebrew
        "טלפון", "הטלפון", "מספר טלפון", "מספר הטלפון", "טל", "נייד", "הנייד", "סלולרי", "פלאפון", "פקס", "וואטסאפ", "ווטסאפ", "התקשרו",
        // Hindi, Marathi, Nepali, Bengali, Tamil, Telugu, Sinhala
        "फ़ोन", "फोन", "फ़ोन नंबर", "फोन नंबर", "दूरभाष", "मोबाइल", "मोबाईल", "मोबाइल नंबर", "टेलीफोन", "टेलीफ़ोन", "व्हाट्सएप", "व्हाट्सऐप", "फैक्स", "कॉल करें",
        "टेलिफोन",
        "ফোন", "ফোন নম্বর", "মোবাইল", "মোবাইল নম্বর", "টেলিফোন", "தொலைபேசி", "தொலைபேசி எண்", "கைபேசி", "மொபைல்", "ఫోన్", "ఫోన్ నంబర్", "మొబైల్", "දුරකථන", "දුරකථන අංකය",
        // Chinese, Japanese, Korean
        "电话", "電話", "手机", "手機", "手机号", "电话号码", "電話號碼", "座机", "联系方式", "联系电话", "传真", "傳真", "微信号", "热线", "來電", "致电", "致電",
        "電話番号", "携帯", "ケータイ", "ファックス", "ファクス", "モバイル", "スマホ", "フリーダイヤル", "連絡先", "직통", "전화", "전화번호", "연락처", "휴대폰", "휴대전화", "핸드폰", "팩스", "모바일",
        // Thai, Lao, Khmer, Burmese, Vietnamese, Indonesian, Malay, Filipino, Swahili
        "โทร", "โทรศัพท์", "เบอร์", "มือถือ", "เบอร์โทร", "แฟกซ์", "โทรสาร", "ໂທ", "ໂທລະສັບ", "ទូរស័ព្ទ", "ဖုန်း", "điện thoại", "số điện thoại", "sđt", "đt", "di động",
        "điện thoại di động", "gọi", "liên hệ", "telepon", "nomor telepon",
        "no telepon", "telp", "ponsel", "nomor ponsel", "nomor hp", "no hp", "hubungi", "telefon bimbit", "nombor telefon", "no telefon", "telepono", "selpon", "simu",
        "nambari ya simu");

    /// <summary>Words that mean other things as well: in English, mostly.</summary>
    public static readonly ContextSet Weak = new(
        "call", "calls", "mobile", "cell", "contact", "portable", "bel", "ring", "cep", "hp", "zap", "kom", "gsm", "Kontakt", "contatto", "contacto", "contato", "yhteys");

    /// <summary>Words that mean other things as well, in countries whose numbers begin with 0.</summary>
    public static readonly ContextSet Leading = new("tfn");

    /// <summary>Names of one telephone number among others: <c>Phone: …, office: …</c>.</summary>
    public static readonly ContextSet Neutral = new(
        "home", "work", "office", "main", "private", "alternate", "alternative", "secondary", "primary", "other", "evening", "daytime", "direct", "reception", "desk",
        "content", "text", "message", "body", "value", "answer", "input", "note", "comment", "reply",
        "privat", "Büro", "dienstlich", "geschäftlich", "Zentrale", "bureau", "domicile", "travail", "standard", "casa", "oficina", "trabajo", "ufficio", "lavoro", "trabalho",
        "kantoor", "thuis", "werk", "privé", "dom", "praca", "biuro", "hem", "arbete", "jobb", "koti", "työ", "ev", "iş", "ofis", "дом", "домашний", "рабочий", "раб", "офис");

    /// <summary>Words behind those, which say nothing by themselves.</summary>
    public static readonly ContextSet Number = new("number", "no", "nr", "num", "Nummer", "numéro", "número", "numero", "numer", "номер");

    /// <summary>Names of other numbers, behind which a number that could be one of a telephone is none.</summary>
    public static readonly ContextSet Other = new(
        "id", "code", "serial", "order", "invoice", "reference", "ref", "account", "acct", "tax", "vat", "ssn", "isbn", "issn", "customer", "ticket", "case", "part", "article", "item", "batch", "lot", "version",
        "build", "timestamp", "checksum", "hash", "size", "length", "offset", "identifier", "identity", "insurance", "passport", "licence", "license", "registration", "company", "patient", "member", "policy",
        "Konto", "Kontonummer", "Kundennummer", "Bestellnummer", "Rechnungsnummer", "Steuernummer", "Sozialversicherungsnummer", "Versicherungsnummer", "Ausweis", "Artikel", "Artikelnummer", "Vorgangsnummer",
        "compte", "commande", "facture", "référence", "sécurité sociale", "cuenta", "pedido", "factura", "documento", "conto", "ordine", "fattura", "codice", "conta", "código", "rekening", "bestelling", "factuur",
        "konto", "zamówienie", "faktura", "beställning", "ordre", "tilaus", "lasku", "hesap", "sipariş", "fatura", "kimlik", "счёт", "счет", "заказ", "инн", "снилс");
}
