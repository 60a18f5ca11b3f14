using System.Globalization;

namespace IronCage.Core.Audit;

/// <summary>What became of a chain, judged from its first entry that does not fit and those behind it.</summary>
public static class AuditDiagnosis
{
    /// <summary>How many entries, the one that does not fit among them, are looked at.</summary>
    public const int Window = 256;

    /// <summary>Gaps that were closed by numbering anew are recognised up to this many entries.</summary>
    private const int MostClosed = 1024;

    /// <summary>Names the fault.</summary>
    /// <param name="fitting">The last entry that fits.</param>
    /// <param name="rest">The first that does not fit, and up to <see cref="Window"/> in all; at least one.</param>
    /// <param name="head">The number of the chain's last entry, as the store keeps it.</param>
    public static AuditFault Of(AuditLink fitting, IReadOnlyList<AuditRecord> rest, long head)
    {
        ArgumentNullException.ThrowIfNull(fitting);
        ArgumentNullException.ThrowIfNull(rest);
        var first = rest[0];
        if (first.Id > head && fitting.Entry < head)
            return CutOff(fitting.Entry, head);
        if (first.Id > head)
            return Fault(first.Id, AuditFaultKind.Inserted, $"entry {first.Id} was inserted: it stands behind the last entry of the chain, {head}");
        if (first.Id > fitting.Entry + 1)
        {
            if (rest.Count > 1 && Fits(fitting.Hash, rest[1].Id, rest[1], rest[1].Hash))
                return Inserted(first.Id, 1);
            var missing = fitting.Entry + 1;
            return missing == first.Id - 1
                ? Fault(missing, AuditFaultKind.Removed, $"entry {missing} was removed")
                : Fault(missing, AuditFaultKind.Removed, $"entries {missing} to {first.Id - 1} were removed");
        }
        for (var at = 1; at < rest.Count; at++)
        {
            var other = rest[at];
            if (Fits(fitting.Hash, other.Id, other, other.Hash))
                return Inserted(first.Id, at);
            var should = AuditChain.Hash(fitting.Hash, first.Id, other);
            if (should != other.Hash && should != first.Hash)
                continue;
            // What belongs here stands further back. Either others were put before it, or it has changed places with what is here.
            var before = at == 1 ? other.Hash : rest[at - 1].Hash;
            var moved = should != other.Hash || Fits(other.Hash, first.Id + 1, first, first.Hash) || Fits(before, other.Id, first, first.Hash);
            return moved
                ? Fault(first.Id, AuditFaultKind.Reordered, $"entry {first.Id} is out of order: what belongs there stands at {other.Id}")
                : Inserted(first.Id, at);
        }
        if (rest.Count > 1)
        {
            for (var closed = 1; closed <= MostClosed; closed++)
            {
                if (Fits(first.Hash, rest[1].Id + closed, rest[1], rest[1].Hash))
                    return Fault(first.Id, AuditFaultKind.Removed, $"before entry {first.Id} {Count(closed)} removed, and the rest was numbered anew");
            }
        }
        return Fault(first.Id, AuditFaultKind.Changed, $"entry {first.Id} was changed: it does not have its hash");
    }

    /// <summary>The entries behind one are missing, up to the last.</summary>
    /// <param name="entry">The last entry that is there.</param>
    /// <param name="last">The number of the chain's last entry, as the store keeps it; above <paramref name="entry"/>.</param>
    public static AuditFault CutOff(long entry, long last) => entry + 1 == last
        ? Fault(last, AuditFaultKind.Truncated, $"entry {last}, the last one, was removed")
        : Fault(entry + 1, AuditFaultKind.Truncated, $"entries {entry + 1} to {last}, the last ones, were removed");

    private static bool Fits(string previous, long entry, AuditRecord record, string hash) => AuditChain.Hash(previous, entry, record) == hash;

    private static AuditFault Inserted(long entry, int count) =>
        Fault(entry, AuditFaultKind.Inserted, $"at entry {entry} {Count(count)} inserted");

    private static string Count(int entries) => entries == 1 ? "one entry was" : string.Create(CultureInfo.InvariantCulture, $"{entries} entries were");

    private static AuditFault Fault(long entry, AuditFaultKind kind, FormattableString message) => new(entry, kind, message.ToString(CultureInfo.InvariantCulture));
}
