namespace IronCage.Safety.Kinds;

/// <summary>Numbers that one country issues.</summary>
internal static class NationalKinds
{
    // Americas
    public static readonly PiiKind UsSsn = new(PiiGroup.National, "US_SSN", "[SSN_REDACTED]", region: "US");
    public static readonly PiiKind UsItin = Of("US_ITIN", "US");
    public static readonly PiiKind UsMbi = Of("US_MBI", "US");
    public static readonly PiiKind UsNpi = Of("US_NPI", "US");
    public static readonly PiiKind UsPassport = Of("US_PASSPORT", "US");
    public static readonly PiiKind UsDriverLicense = Of("US_DRIVER_LICENSE", "US");
    public static readonly PiiKind CaSin = Of("CA_SIN", "CA");
    public static readonly PiiKind BrCpf = Of("BR_CPF", "BR");
    public static readonly PiiKind BrCnpj = Of("BR_CNPJ", "BR");
    public static readonly PiiKind MxCurp = Of("MX_CURP", "MX");
    public static readonly PiiKind MxRfc = Of("MX_RFC", "MX");
    public static readonly PiiKind ArCuit = Of("AR_CUIT", "AR");
    public static readonly PiiKind ClRut = Of("CL_RUT", "CL");
    public static readonly PiiKind CoNit = Of("CO_NIT", "CO");
    public static readonly PiiKind EcCedula = Of("EC_CEDULA", "EC");

    // British Isles
    public static readonly PiiKind UkNhs = Of("UK_NHS", "GB");
    public static readonly PiiKind UkNino = Of("UK_NINO", "GB");
    public static readonly PiiKind UkUtr = Of("UK_UTR", "GB");
    public static readonly PiiKind UkPassport = Of("UK_PASSPORT", "GB");
    public static readonly PiiKind UkDrivingLicence = Of("UK_DRIVING_LICENCE", "GB");
    public static readonly PiiKind IePps = Of("IE_PPS", "IE");

    // France, Belgium, Netherlands
    public static readonly PiiKind FrNir = Of("FR_NIR", "FR");
    public static readonly PiiKind FrTaxId = Of("FR_TAX_ID", "FR");
    public static readonly PiiKind FrSiren = Of("FR_SIREN", "FR");
    public static readonly PiiKind FrSiret = Of("FR_SIRET", "FR");
    public static readonly PiiKind FrVatId = Of("FR_VAT_ID", "FR");
    public static readonly PiiKind FrPassport = Of("FR_PASSPORT", "FR");
    public static readonly PiiKind BeNationalNumber = Of("BE_NATIONAL_NUMBER", "BE");
    public static readonly PiiKind BeVatId = Of("BE_VAT_ID", "BE");
    public static readonly PiiKind NlBsn = Of("NL_BSN", "NL");
    public static readonly PiiKind NlVatId = Of("NL_VAT_ID", "NL");

    // Germany, Austria, Switzerland
    public static readonly PiiKind DeTaxId = Of("DE_TAX_ID", "DE");
    public static readonly PiiKind DeTaxNumber = Of("DE_TAX_NUMBER", "DE");
    public static readonly PiiKind DeVatId = Of("DE_VAT_ID", "DE");
    public static readonly PiiKind DePassport = Of("DE_PASSPORT", "DE");
    public static readonly PiiKind DeIdCard = Of("DE_ID_CARD", "DE");
    public static readonly PiiKind DeSocialSecurity = Of("DE_SOCIAL_SECURITY", "DE");
    public static readonly PiiKind AtSocialSecurity = Of("AT_SOCIAL_SECURITY", "AT");
    public static readonly PiiKind AtVatId = Of("AT_VAT_ID", "AT");
    public static readonly PiiKind ChAhv = Of("CH_AHV", "CH");
    public static readonly PiiKind ChUid = Of("CH_UID", "CH");

    // Southern Europe
    public static readonly PiiKind EsNif = Of("ES_NIF", "ES");
    public static readonly PiiKind EsNie = Of("ES_NIE", "ES");
    public static readonly PiiKind EsCif = Of("ES_CIF", "ES");
    public static readonly PiiKind EsSocialSecurity = Of("ES_SOCIAL_SECURITY", "ES");
    public static readonly PiiKind EsPassport = Of("ES_PASSPORT", "ES");
    public static readonly PiiKind ItFiscalCode = Of("IT_FISCAL_CODE", "IT");
    public static readonly PiiKind ItVatCode = Of("IT_VAT_CODE", "IT");
    public static readonly PiiKind ItPassport = Of("IT_PASSPORT", "IT");
    public static readonly PiiKind ItIdentityCard = Of("IT_IDENTITY_CARD", "IT");
    public static readonly PiiKind ItDriverLicense = Of("IT_DRIVER_LICENSE", "IT");
    public static readonly PiiKind PtNif = Of("PT_NIF", "PT");
    public static readonly PiiKind PtCc = Of("PT_CC", "PT");
    public static readonly PiiKind GrAmka = Of("GR_AMKA", "GR");
    public static readonly PiiKind GrAfm = Of("GR_AFM", "GR");

    // Central and eastern Europe
    public static readonly PiiKind PlPesel = Of("PL_PESEL", "PL");
    public static readonly PiiKind PlNip = Of("PL_NIP", "PL");
    public static readonly PiiKind PlRegon = Of("PL_REGON", "PL");
    public static readonly PiiKind CzBirthNumber = Of("CZ_BIRTH_NUMBER", "CZ");
    public static readonly PiiKind RoCnp = Of("RO_CNP", "RO");
    public static readonly PiiKind BgEgn = Of("BG_EGN", "BG");
    public static readonly PiiKind HrOib = Of("HR_OIB", "HR");
    public static readonly PiiKind SiEmso = Of("SI_EMSO", "SI");
    public static readonly PiiKind HuTaxId = Of("HU_TAX_ID", "HU");
    public static readonly PiiKind RuInn = Of("RU_INN", "RU");
    public static readonly PiiKind RuSnils = Of("RU_SNILS", "RU");
    public static readonly PiiKind UaRnokpp = Of("UA_RNOKPP", "UA");
    public static readonly PiiKind LtPersonalCode = Of("LT_PERSONAL_CODE", "LT");
    public static readonly PiiKind LvPersonalCode = Of("LV_PERSONAL_CODE", "LV");
    public static readonly PiiKind EePersonalCode = Of("EE_PERSONAL_CODE", "EE");

    // Nordic countries
    public static readonly PiiKind SePersonnummer = Of("SE_PERSONNUMMER", "SE");
    public static readonly PiiKind SeOrganisationsnummer = Of("SE_ORGANISATIONSNUMMER", "SE");
    public static readonly PiiKind FiPersonalIdentityCode = Of("FI_PERSONAL_IDENTITY_CODE", "FI");
    public static readonly PiiKind FiBusinessId = Of("FI_BUSINESS_ID", "FI");
    public static readonly PiiKind NoFodselsnummer = Of("NO_FODSELSNUMMER", "NO");
    public static readonly PiiKind NoOrganisationNumber = Of("NO_ORGANISATION_NUMBER", "NO");
    public static readonly PiiKind DkCpr = Of("DK_CPR", "DK");
    public static readonly PiiKind DkCvr = Of("DK_CVR", "DK");
    public static readonly PiiKind IsKennitala = Of("IS_KENNITALA", "IS");

    // Middle East and Africa
    public static readonly PiiKind TrNationalId = Of("TR_NATIONAL_ID", "TR");
    public static readonly PiiKind IlId = Of("IL_ID", "IL");
    public static readonly PiiKind ZaIdNumber = Of("ZA_ID_NUMBER", "ZA");
    public static readonly PiiKind NgNin = Of("NG_NIN", "NG");

    // Asia and the Pacific
    public static readonly PiiKind InAadhaar = Of("IN_AADHAAR", "IN");
    public static readonly PiiKind InPan = Of("IN_PAN", "IN");
    public static readonly PiiKind InGstin = Of("IN_GSTIN", "IN");
    public static readonly PiiKind InVoter = Of("IN_VOTER", "IN");
    public static readonly PiiKind InVehicleRegistration = Of("IN_VEHICLE_REGISTRATION", "IN");
    public static readonly PiiKind InPassport = Of("IN_PASSPORT", "IN");
    public static readonly PiiKind SgNricFin = Of("SG_NRIC_FIN", "SG");
    public static readonly PiiKind SgUen = Of("SG_UEN", "SG");
    public static readonly PiiKind KrRrn = Of("KR_RRN", "KR");
    public static readonly PiiKind KrFrn = Of("KR_FRN", "KR");
    public static readonly PiiKind KrDriverLicense = Of("KR_DRIVER_LICENSE", "KR");
    public static readonly PiiKind KrPassport = Of("KR_PASSPORT", "KR");
    public static readonly PiiKind KrBrn = Of("KR_BRN", "KR");
    public static readonly PiiKind JpMyNumber = Of("JP_MY_NUMBER", "JP");
    public static readonly PiiKind JpCorporateNumber = Of("JP_CORPORATE_NUMBER", "JP");
    public static readonly PiiKind CnResidentId = Of("CN_RESIDENT_ID", "CN");
    public static readonly PiiKind HkId = Of("HK_ID", "HK");
    public static readonly PiiKind TwId = Of("TW_ID", "TW");
    public static readonly PiiKind ThTnin = Of("TH_TNIN", "TH");
    public static readonly PiiKind MyNric = Of("MY_NRIC", "MY");
    public static readonly PiiKind IdNik = Of("ID_NIK", "ID");
    public static readonly PiiKind AuAbn = Of("AU_ABN", "AU");
    public static readonly PiiKind AuAcn = Of("AU_ACN", "AU");
    public static readonly PiiKind AuTfn = Of("AU_TFN", "AU");
    public static readonly PiiKind AuMedicare = Of("AU_MEDICARE", "AU");
    public static readonly PiiKind NzIrd = Of("NZ_IRD", "NZ");
    public static readonly PiiKind NzNhi = Of("NZ_NHI", "NZ");

    public static readonly PiiKind[] All =
    [
        UsSsn, UsItin, UsMbi, UsNpi, UsPassport, UsDriverLicense, CaSin, BrCpf, BrCnpj, MxCurp, MxRfc, ArCuit, ClRut, CoNit, EcCedula,
        UkNhs, UkNino, UkUtr, UkPassport, UkDrivingLicence, IePps,
        FrNir, FrTaxId, FrSiren, FrSiret, FrVatId, FrPassport, BeNationalNumber, BeVatId, NlBsn, NlVatId,
        DeTaxId, DeTaxNumber, DeVatId, DePassport, DeIdCard, DeSocialSecurity, AtSocialSecurity, AtVatId, ChAhv, ChUid,
        EsNif, EsNie, EsCif, EsSocialSecurity, EsPassport, ItFiscalCode, ItVatCode, ItPassport, ItIdentityCard, ItDriverLicense, PtNif, PtCc, GrAmka, GrAfm,
        PlPesel, PlNip, PlRegon, CzBirthNumber, RoCnp, BgEgn, HrOib, SiEmso, HuTaxId, RuInn, RuSnils, UaRnokpp, LtPersonalCode, LvPersonalCode, EePersonalCode,
        SePersonnummer, SeOrganisationsnummer, FiPersonalIdentityCode, FiBusinessId, NoFodselsnummer, NoOrganisationNumber, DkCpr, DkCvr, IsKennitala,
        TrNationalId, IlId, ZaIdNumber, NgNin,
        InAadhaar, InPan, InGstin, InVoter, InVehicleRegistration, InPassport, SgNricFin, SgUen, KrRrn, KrFrn, KrDriverLicense, KrPassport, KrBrn,
        JpMyNumber, JpCorporateNumber, CnResidentId, HkId, TwId, ThTnin, MyNric, IdNik, AuAbn, AuAcn, AuTfn, AuMedicare, NzIrd, NzNhi,
    ];

    private static PiiKind Of(string name, string region) => new(PiiGroup.National, name, region: region);
}
