namespace IronCage.Runtime.Calls;

/// <summary>The numbers of <c>IRONCAGE_VERDICT_*</c>.</summary>
public enum VerdictKind
{
    Pass = 0,
    Send = 1,
    Rewrite = 2,
    Refuse = 3,
    Pending = 4,
    Reroute = 5,
}
