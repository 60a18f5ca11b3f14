namespace IronCage.Safety.Tests.Recognisers.Identifiers;

/// <summary>Made-up values of every national kind, with the words that people and columns have left of them.</summary>
internal static class IdentifierSamples
{
    public static readonly (string Kind, string Marked)[] Americas =
    [
        ("US_SSN", "SSN ⟦431-76-8756⟧, número de seguro social ⟦191109987⟧, soc_sec_no=⟦680517054⟧"),
        ("US_ITIN", "ITIN ⟦955-95-5234⟧ or taxpayerId: ⟦911839121⟧"),
        ("US_MBI", "Medicare number ⟦5Q53-EJ6-XT07⟧; mbi=⟦3R63AV4CH24⟧; mbi ⟦6vn5qe0hf32⟧"),
        ("US_NPI", "NPI: ⟦1575574532⟧"),
        ("US_PASSPORT", "US passport ⟦287695877⟧ or ⟦X50894389⟧; us_passport_no: ⟦287695877⟧; passport ⟦287695877⟧"),
        ("US_DRIVER_LICENSE", "driver's license ⟦X8519572⟧, DL number ⟦P858-1394-2313⟧, driver_license=⟦WDL11UHBMJ7V⟧, drivers license ⟦29220804⟧"),
        ("ABA_ROUTING_NUMBER", "routing number ⟦122105155⟧, ABA: ⟦694136500⟧"),
        ("US_BANK_NUMBER", "account number ⟦65182616392⟧, acct_no: ⟦57514425⟧"),
        ("MEDICAL_LICENSE", "DEA no. ⟦AB5786059⟧"),
        ("CA_SIN", "SIN ⟦496-001-934⟧, numéro d’assurance sociale : ⟦101 049 500⟧; sin=⟦554989434⟧"),
        ("BR_CPF", "⟦040.152.477-95⟧ e CPF ⟦44431291970⟧"),
        ("BR_CNPJ", "⟦12.299.321/0003-80⟧; cnpj: ⟦90432388000001⟧; novo CNPJ ⟦12.ABC.345/01DE-35⟧"),
        ("MX_CURP", "⟦BUCP460513MNLFSP63⟧"),
        ("MX_RFC", "RFC ⟦BING860601G34⟧, rfc: ⟦MUSB9001158W9⟧"),
        ("AR_CUIT", "⟦27-32811852-7⟧; CUIL ⟦30209485083⟧"),
        ("CL_RUT", "⟦20.415.936-K⟧; RUT ⟦21159969-3⟧; rut: ⟦21396750-9⟧; RUN ⟦5.105.789-9⟧"),
        ("CO_NIT", "NIT ⟦958.967.693-1⟧, nit: ⟦922172021-7⟧, nit=⟦8216445913⟧"),
        ("EC_CEDULA", "cédula ⟦0753736560⟧; cedula_no=⟦0753736560⟧"),
    ];

    public static readonly (string Kind, string Marked)[] WesternEurope =
    [
        ("UK_NHS", "NHS number ⟦499 376 0280⟧, nhs_no=⟦9570990805⟧, NHSNumber: ⟦957-099-0805⟧"),
        ("UK_NINO", "⟦SS 36 36 15 B⟧ and ⟦PN111270C⟧; nino: ⟦pn111270c⟧; NI number ⟦PN 111270 C⟧"),
        ("UK_UTR", "UTR ⟦9220452037⟧, unique taxpayer reference ⟦92204 52037⟧"),
        ("UK_PASSPORT", "UK passport number: ⟦398555157⟧; british_passport=⟦398555157⟧"),
        ("UK_DRIVING_LICENCE", "⟦MORGA657054SM9IJ⟧; driving licence ⟦PCG99 504198 IG9UR⟧"),
        ("IE_PPS", "PPSN ⟦4657724FA⟧, pps_number=⟦5230902T⟧, PPS no. ⟦5230902tw⟧"),
        ("FR_NIR", "⟦2 65 07 26 255 360 46⟧; ⟦154068528259320⟧; né en Corse : ⟦1 85 05 2A 006 084 35⟧"),
        ("FR_TAX_ID", "numéro fiscal ⟦38 59 239 014 910⟧, SPI : ⟦1896684479344⟧"),
        ("FR_SIREN", "SIREN ⟦798 549 036⟧, n° siren : ⟦904488764⟧"),
        ("FR_SIRET", "SIRET ⟦551 267 271 00023⟧, siret=⟦35145969800012⟧, code SIRET ⟦35600000000048⟧"),
        ("BE_NATIONAL_NUMBER", "⟦58.08.03-981.09⟧; rijksregisternummer ⟦88081838509⟧; NISS ⟦88 08 18 385 09⟧"),
        ("BE_VAT_ID", "⟦BE 0852.335.733⟧; ⟦BE0788800832⟧; ondernemingsnummer ⟦0788.800.832⟧"),
        ("NL_BSN", "BSN ⟦1822 62 832⟧, burgerservicenummer: ⟦326110434⟧, sofi-nummer ⟦3261.10.434⟧"),
        ("NL_VAT_ID", "⟦NL050252987B02⟧; btw-id ⟦nl050252987b02⟧"),
        ("DE_TAX_ID", "Steuer-ID ⟦46 621 538 768⟧, Steuer-IdNr.: ⟦70394162815⟧, steuer_id=⟦70394162815⟧"),
        ("DE_VAT_ID", "⟦DE 936 130 008⟧; ⟦DE773890785⟧; ⟦de773890785⟧"),
        ("DE_PASSPORT", "Reisepassnummer ⟦GZY7NNVM6⟧; Pass-Nr. ⟦C01X00T478⟧"),
        ("DE_ID_CARD", "Personalausweis ⟦X46L6G9X9⟧; Ausweisnummer: ⟦T220001293⟧; ID card ⟦RW7C8K8Y31⟧"),
        ("DE_SOCIAL_SECURITY", "⟦65 250363 E 775⟧; Versicherungsnummer ⟦10051079M016⟧; SV-Nummer: ⟦65-250363-E-775⟧"),
        ("AT_SOCIAL_SECURITY", "SVNR ⟦3492 240572⟧, Sozialversicherungsnummer: ⟦9608070163⟧"),
        ("AT_VAT_ID", "⟦ATU71356631⟧; UID ⟦ATU 71356631⟧"),
        ("CH_AHV", "⟦756.2708.1718.62⟧; AHV-Nr. ⟦7568051293350⟧; numéro AVS ⟦756 2708 1718 62⟧"),
        ("CH_UID", "⟦CHE-875.263.214⟧; ⟦CHE539298468⟧; IDE ⟦CHE-875.263.214⟧ TVA"),
    ];

    public static readonly (string Kind, string Marked)[] SouthernEurope =
    [
        ("ES_NIF", "DNI ⟦53264295-K⟧, nif: ⟦52570702Q⟧, ⟦52.570.702-Q⟧, DNI: ⟦52570702q⟧, NIF ⟦K1234567L⟧"),
        ("ES_NIE", "⟦Z5025491L⟧; ⟦X-9542122-C⟧; nie=⟦z5025491l⟧"),
        ("FR_VAT_ID", "⟦FR40303265045⟧ ⟦FR 40 303 265 045⟧, ⟦FR K7 399 859 412⟧; TVA ⟦FR4Z123456782⟧ and n° TVA : ⟦40 303 265 045⟧"),
        ("FR_PASSPORT", "passeport ⟦12AB34567⟧, passeport n° ⟦09CD12345⟧"),
        ("DE_TAX_NUMBER", "Steuernummer ⟦181/815/08155⟧, St.-Nr. ⟦93815/08152⟧; Steuer-Nr.: ⟦133/8150/8159⟧, steuernummer=⟦9181081508155⟧"),
        ("ES_SOCIAL_SECURITY", "⟦28/12345678/40⟧; NSS ⟦281234567840⟧, afiliación ⟦28 01234567 42⟧"),
        ("ES_CIF", "CIF ⟦B6734120F⟧, C.I.F.: ⟦A37354180⟧, cif=⟦A-37354180⟧"),
        ("ES_PASSPORT", "pasaporte ⟦QZA308278⟧, Spanish passport: ⟦QZA308278⟧"),
        ("IT_FISCAL_CODE", "⟦BPCGMM51A27D034C⟧; ⟦bpcgmm51a27d034c⟧; ⟦RSS MRA 85T10 A562S⟧ ⟦RSSMRA 85T10 A562S⟧ omocodia ⟦BPCGMM51A27D0PQL⟧"),
        ("IT_VAT_CODE", "P.IVA ⟦09732650248⟧; partita_iva=⟦09732650248⟧; ⟦IT09732650248⟧"),
        ("IT_PASSPORT", "passaporto n. ⟦YA8344896⟧"),
        ("IT_IDENTITY_CARD", "carta d'identità ⟦CM61138VC⟧, CIE: ⟦CM61138VC⟧, carta di identità ⟦VY5887269⟧"),
        ("IT_DRIVER_LICENSE", "patente di guida ⟦U1BYB60MPE⟧; patente: ⟦EN6864707R⟧"),
        ("PT_NIF", "NIF ⟦267 563 680⟧, contribuinte n.º ⟦669502898⟧; ⟦PT669502898⟧"),
        ("PT_CC", "⟦10948588 0 ZZ2⟧; cartão de cidadão ⟦1276255919D8⟧"),
        ("GR_AMKA", "ΑΜΚΑ ⟦09076809244⟧, amka=⟦09076809244⟧"),
        ("GR_AFM", "ΑΦΜ: ⟦487562370⟧; AFM ⟦EL487562370⟧"),
    ];

    public static readonly (string Kind, string Marked)[] EasternEurope =
    [
        ("PL_PESEL", "PESEL ⟦79082364357⟧, numer_pesel=⟦79082364357⟧"),
        ("PL_NIP", "NIP ⟦764-735-27-43⟧, nip: ⟦6803658934⟧; ⟦PL6803658934⟧"),
        ("PL_REGON", "REGON ⟦535099100⟧"),
        ("CZ_BIRTH_NUMBER", "⟦840111/1510⟧; rodné číslo ⟦9004149847⟧; rodne_cislo=⟦9004149847⟧"),
        ("RO_CNP", "CNP ⟦1820611377146⟧, cod numeric personal: ⟦1820611377146⟧"),
        ("BG_EGN", "ЕГН ⟦6911146243⟧, egn=⟦6911146243⟧"),
        ("HR_OIB", "OIB: ⟦25339776039⟧; ⟦HR25339776039⟧"),
        ("SI_EMSO", "EMŠO ⟦0203958504681⟧, emso: ⟦0203958504681⟧, JMBG ⟦0203958504681⟧"),
        ("HU_TAX_ID", "adószám ⟦59941026-2-42⟧, adóazonosító jel: ⟦8398211571⟧, adoszam=⟦38482401⟧"),
        ("RU_INN", "ИНН ⟦6823948874⟧, ИНН: ⟦303801202838⟧"),
        ("RU_SNILS", "⟦134-923-540 59⟧; СНИЛС ⟦01459127135⟧"),
        ("UA_RNOKPP", "РНОКПП ⟦2692520220⟧, ІПН: ⟦2692520220⟧"),
        ("LT_PERSONAL_CODE", "asmens kodas ⟦47712025934⟧"),
        ("LV_PERSONAL_CODE", "personas kods ⟦230457-14288⟧"),
        ("EE_PERSONAL_CODE", "isikukood ⟦37702198986⟧; personal code: ⟦37702198986⟧"),
    ];

    public static readonly (string Kind, string Marked)[] Nordic =
    [
        ("SE_PERSONNUMMER", "⟦521216-7315⟧; ⟦19730915-5658⟧; personnummer ⟦198106045217⟧; pers.nr ⟦521216+7315⟧"),
        ("SE_ORGANISATIONSNUMMER", "org.nr ⟦557828-3490⟧, organisationsnummer: ⟦5590304142⟧; ⟦SE559030414201⟧"),
        ("FI_PERSONAL_IDENTITY_CODE", "⟦231193-2935⟧; ⟦040287-241D⟧; hetu: ⟦040287-241d⟧; ⟦010203A103B⟧"),
        ("FI_BUSINESS_ID", "Y-tunnus ⟦1026194-1⟧; y_tunnus=⟦35600575⟧; ⟦FI35600575⟧"),
        ("NO_FODSELSNUMMER", "⟦120695 36725⟧; fødselsnummer ⟦11059937644⟧; fnr=⟦11059937644⟧"),
        ("NO_ORGANISATION_NUMBER", "org.nr. ⟦871 298 564⟧, organisasjonsnummer: ⟦824417873⟧; ⟦NO 871 298 564 MVA⟧"),
        ("DK_CPR", "CPR-nummer ⟦050786-2315⟧, cpr: ⟦1306710699⟧"),
        ("DK_CVR", "CVR ⟦33 11 50 67⟧, cvr-nr.: ⟦41022701⟧; ⟦DK41022701⟧"),
        ("IS_KENNITALA", "kennitala ⟦131270-3729⟧, kt. ⟦2604908269⟧"),
    ];

    public static readonly (string Kind, string Marked)[] AfricaAndAsia =
    [
        ("TR_NATIONAL_ID", "T.C. kimlik no ⟦71641600454⟧, TCKN: ⟦71641600454⟧, tc_kimlik_no=⟦71641600454⟧"),
        ("IL_ID", "מספר זהות ⟦246746333⟧, teudat zehut ⟦246746333⟧"),
        ("ZA_ID_NUMBER", "SA ID number ⟦7209075956193⟧, RSA ID: ⟦720907 5956 193⟧"),
        ("NG_NIN", "NIN ⟦89806592985⟧"),
        ("IN_AADHAAR", "Aadhaar ⟦9602 1167 8646⟧, आधार संख्या ⟦888117014118⟧, aadhaar_no=⟦888117014118⟧"),
        ("IN_PAN", "PAN ⟦BROHZ9113Y⟧, पैन कार्ड: ⟦BROHZ9113Y⟧, pan_card=⟦brohz9113y⟧"),
        ("IN_GSTIN", "⟦20YXUTR3751Q1ZS⟧; gstin: ⟦14UTGHE1944E3Z1⟧"),
        ("IN_VOTER", "voter ID ⟦ZQX4994513⟧, EPIC no. ⟦ZQX4994513⟧"),
        ("IN_VEHICLE_REGISTRATION", "vehicle number ⟦KA 39 JJ 1369⟧, number plate ⟦WB-40-ZD-5020⟧, vehicle_no=⟦KL56HJ2083⟧, vehicle ⟦22 BH 1234 AA⟧"),
        ("IN_PASSPORT", "Indian passport ⟦F3473169⟧, पासपोर्ट ⟦F3473169⟧"),
        ("SG_NRIC_FIN", "⟦T7232834A⟧; nric=⟦t7232834a⟧"),
        ("SG_UEN", "UEN ⟦202037111R⟧, uen: ⟦29229932W⟧, UEN ⟦T19GS3710G⟧"),
        ("KR_RRN", "⟦840112-2782817⟧; 주민등록번호는⟦7209011544056⟧입니다; 주민번호 ⟦210112-3782817⟧"),
        ("KR_FRN", "⟦911206-5417003⟧; 외국인등록번호 ⟦9103266474732⟧"),
        ("KR_DRIVER_LICENSE", "운전면허번호 ⟦15-35-854279-68⟧"),
        ("KR_PASSPORT", "여권번호: ⟦M22305794⟧, 여권 ⟦S209G2421⟧, Korean passport ⟦M22305794⟧"),
        ("KR_BRN", "사업자등록번호 ⟦220-81-62517⟧, 사업자번호: ⟦2208162517⟧"),
        ("JP_MY_NUMBER", "マイナンバーは⟦711211810231⟧です。個人番号 ⟦7067 8077 5971⟧"),
        ("JP_CORPORATE_NUMBER", "法人番号：⟦1697312464808⟧"),
        ("CN_RESIDENT_ID", "号码⟦110105198802127687⟧，⟦11010519570113661X⟧"),
        ("HK_ID", "⟦B395748(4)⟧; ⟦V205065(A)⟧; HKID: ⟦B3957484⟧"),
        ("TW_ID", "身分證字號 ⟦W137095089⟧"),
        ("TH_TNIN", "⟦5-3387-75735-52-9⟧; เลขประจำตัวประชาชน ⟦6559937185143⟧; Thai ID ⟦8 3513 20695 72 1⟧"),
        ("MY_NRIC", "⟦770928-14-4650⟧; MyKad ⟦931011138568⟧; no. KP: ⟦931011-13-8568⟧"),
        ("ID_NIK", "NIK ⟦3174040309045654⟧, no_ktp=⟦3174040309045654⟧"),
    ];

    public static readonly (string Kind, string Marked)[] Oceania =
    [
        ("AU_ABN", "ABN ⟦21 255 426 685⟧, abn: ⟦31247115682⟧"),
        ("AU_ACN", "ACN ⟦697 911 738⟧, acn=⟦766983359⟧"),
        ("AU_TFN", "TFN ⟦446 338 633⟧, tax file number: ⟦409309220⟧"),
        ("AU_MEDICARE", "Medicare card ⟦2787 89405 4⟧, medicare_no: ⟦4634142796⟧"),
        ("NZ_IRD", "IRD number ⟦87-177-629⟧, ird=⟦121907046⟧, IRD ⟦101-332-047⟧"),
        ("NZ_NHI", "NHI ⟦TYZ6972⟧, nhi_number: ⟦ZBN77VL⟧, NHI: ⟦ALU18KZ⟧"),
    ];

    public static IEnumerable<(string Kind, string Marked)> All => [.. Americas, .. WesternEurope, .. SouthernEurope, .. EasternEurope, .. Nordic, .. AfricaAndAsia, .. Oceania];
}
