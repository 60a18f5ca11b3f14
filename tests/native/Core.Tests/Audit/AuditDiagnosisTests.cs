using CsCheck;
using IronCage.Core.Audit;
using static IronCage.Core.Audit.AuditFaultKind;

namespace IronCage.Core.Tests.Audit;

public class AuditDiagnosisTests
{
    private static List<AuditRecord> Chain(int count)
    {
        List<AuditRecord> chain = [];
        var hash = AuditLink.Genesis.Hash;
        for (var id = 1; id <= count; id++)
        {
            var record = new AuditRecord(id, $"agent-{id}", "call.settled", $"2026-01-31T12:00:00.{id:000000}Z", $$"""{"n":{{id}}}""", "");
            hash = AuditChain.Hash(hash, id, record);
            chain.Add(record with { Hash = hash });
        }
        return chain;
    }

    /// <summary>The first that does not fit; null: all do, up to the head.</summary>
    private static AuditFault? Verify(List<AuditRecord> entries, long head)
    {
        var at = AuditLink.Genesis;
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Id > head || AuditChain.Hash(at.Hash, entries[i].Id, entries[i]) != entries[i].Hash)
                return AuditDiagnosis.Of(at, entries[i..Math.Min(entries.Count, i + AuditDiagnosis.Window)], head);
            at = new AuditLink(entries[i].Id, entries[i].Hash);
        }
        return null;
    }

    private static List<AuditRecord> Renumbered(IEnumerable<AuditRecord> entries) => [.. entries.Select((e, i) => e with { Id = i + 1 })];

    private static readonly Gen<int> Place = Gen.Int[0, 18];

    [Test]
    public void An_honest_chain_fits() => Assert.That(Verify(Chain(20), 20), Is.Null);

    [Test]
    public void Whatever_is_changed_is_named() => Gen.Select(Place, Gen.Int[0, 4]).Sample((at, column) =>
    {
        var chain = Chain(20);
        var e = chain[at];
        chain[at] = column switch
        {
            0 => e with { AgentId = e.AgentId + "x" },
            1 => e with { EventType = "" },
            2 => e with { Timestamp = e.Timestamp[1..] },
            3 => e with { Details = "{}" },
            _ => e with { Hash = new string('0', 64) },
        };
        return Verify(chain, 20) is { Kind: Changed } fault && fault.Entry == at + 1;
    });

    [Test]
    public void Whatever_is_removed_is_named() => Gen.Select(Place, Gen.Int[1, 5], Gen.Bool).Sample((at, count, numbered) =>
    {
        var chain = Chain(25);
        chain.RemoveRange(at, count);
        return Verify(numbered ? Renumbered(chain) : chain, 25) is { Kind: Removed } fault && fault.Entry == at + 1;
    });

    [Test]
    public void Whatever_is_inserted_is_named() => Gen.Select(Place, Gen.Int[1, 5]).Sample((at, count) =>
    {
        var chain = Chain(20);
        for (var i = 0; i < count; i++)
            chain.Insert(at, chain[^1] with { Details = $$"""{"fake":{{i}}}""" });
        return Verify(Renumbered(chain), 30) is { Kind: Inserted } fault && fault.Entry == at + 1;
    });

    [Test]
    public void Whatever_changed_places_is_named() => Gen.Select(Place, Gen.Int[1, 15], Gen.Int[0, 2]).Where((at, by, _) => at + by < 20).Sample((at, by, how) =>
    {
        var chain = Chain(20);
        var (a, b) = (chain[at], chain[at + by]);
        if (how == 0)
        {
            (chain[at], chain[at + by]) = (b, a);
        }
        else if (how == 1)
        {
            // Their hashes stay.
            (chain[at], chain[at + by]) = (b with { Hash = a.Hash }, a with { Hash = b.Hash });
        }
        else
        {
            chain.RemoveAt(at);
            chain.Insert(at + by, a);
        }
        return Verify(Renumbered(chain), 20) is { Kind: Reordered } fault && fault.Entry == at + 1;
    });

    [Test]
    public void What_stands_behind_the_end_was_inserted()
    {
        var chain = Chain(20);
        Assert.That(Verify(chain, 15), Is.EqualTo(new AuditFault(16, Inserted, "entry 16 was inserted: it stands behind the last entry of the chain, 15")));
    }

    [Test]
    public void An_entry_in_a_gap_of_an_old_file_was_inserted()
    {
        List<AuditRecord> chain = [.. Chain(3)];
        var late = new AuditRecord(10, "a", "b", "c", "{}", "");
        chain.Add(late with { Hash = AuditChain.Hash(chain[2].Hash, 10, late) });
        Assert.That(Verify(chain, 10), Is.Null);
        chain.Insert(3, chain[0] with { Id = 7 });
        Assert.That(Verify(chain, 10)!.Kind, Is.EqualTo(Inserted));
    }
}
