namespace IronCage.Safety.Kinds;

/// <summary>Personal and financial data known in every country; the names are those of Presidio's entities where it has one.</summary>
internal static class PersonalKinds
{
    public static readonly PiiKind EmailAddress = new(PiiGroup.Personal, "EMAIL_ADDRESS", "[EMAIL_REDACTED]");
    public static readonly PiiKind CreditCard = new(PiiGroup.Personal, "CREDIT_CARD");
    public static readonly PiiKind PhoneNumber = new(PiiGroup.Personal, "PHONE_NUMBER", "[PHONE_REDACTED]");
    public static readonly PiiKind IbanCode = new(PiiGroup.Personal, "IBAN_CODE", "[IBAN_REDACTED]");
    public static readonly PiiKind IpAddress = new(PiiGroup.Personal, "IP_ADDRESS");
    public static readonly PiiKind AbaRoutingNumber = new(PiiGroup.Personal, "ABA_ROUTING_NUMBER", region: "US");
    public static readonly PiiKind UsBankNumber = new(PiiGroup.Personal, "US_BANK_NUMBER", region: "US");

    /// <summary>The registration number that the US Drug Enforcement Administration gives to prescribers.</summary>
    public static readonly PiiKind MedicalLicense = new(PiiGroup.Personal, "MEDICAL_LICENSE", region: "US");

    public static readonly PiiKind MacAddress = new(PiiGroup.Personal, "MAC_ADDRESS");
    public static readonly PiiKind Url = new(PiiGroup.Personal, "URL");
    public static readonly PiiKind SwiftCode = new(PiiGroup.Personal, "SWIFT_CODE");
    public static readonly PiiKind Crypto = new(PiiGroup.Personal, "CRYPTO");
    public static readonly PiiKind DateTime = new(PiiGroup.Personal, "DATE_TIME");

    public static readonly PiiKind[] All =
    [
        EmailAddress, CreditCard, PhoneNumber, IbanCode, IpAddress,
        MacAddress, Url, SwiftCode, Crypto, DateTime, AbaRoutingNumber, UsBankNumber, MedicalLicense,
    ];
}
