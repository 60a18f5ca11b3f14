namespace IronCage.Safety.Kinds;

/// <summary>Numbers that one country issues.</summary>
internal static class NationalKinds
{
    public static readonly PiiKind UsSsn = new(PiiGroup.National, "US_SSN", "[SSN_REDACTED]", region: "US");

    public static readonly PiiKind[] All = [UsSsn];
}
