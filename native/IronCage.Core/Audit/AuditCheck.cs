namespace IronCage.Core.Audit;

/// <summary>How far a verification has come.</summary>
/// <param name="At">The last entry that fits.</param>
/// <param name="Entries">How many were checked.</param>
/// <param name="HeadSeen">Whether the head that the user noted was among them.</param>
/// <param name="Recorded">The newest checkpoint whose pruning was recorded among them; 0: none.</param>
public sealed record AuditCheck(AuditLink At, long Entries, bool HeadSeen, long Recorded);
