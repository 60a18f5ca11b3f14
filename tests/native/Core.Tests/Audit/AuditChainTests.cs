using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CsCheck;
using IronCage.Core.Audit;

namespace IronCage.Core.Tests.Audit;

public class AuditChainTests
{
    /// <summary>Made by Python's hashlib from the description of the encoding, not by this code.</summary>
    [Test]
    public void The_vectors()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(TestContext.CurrentContext.TestDirectory, "audit.json")));
        var previous = AuditLink.Genesis.Hash;
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            string Text(string name) => vector.GetProperty(name).GetString()!;
            var record = new AuditRecord(vector.GetProperty("id").GetInt64(), Text("agent_id"), Text("event_type"), Text("timestamp"), Text("details"), Text("hash"));
            previous = AuditChain.Hash(previous, record.Id, record);
            Assert.That(previous, Is.EqualTo(record.Hash), $"entry {record.Id}");
        }
        Assert.That(vectors.RootElement.GetArrayLength(), Is.EqualTo(6));
    }

    [Test]
    public void No_two_entries_have_one_hash() =>
        Gen.Select(Gen.Long[0, 2], Gen.Char["ab"].Array[0, 2], Gen.Char["ab"].Array[0, 2], Gen.Char["ab"].Array[0, 2], Gen.Char["ab"].Array[0, 2]).Array[2].Sample(two =>
        {
            string Hash((long, char[], char[], char[], char[]) e) => AuditChain.Hash(AuditLink.Genesis.Hash, e.Item1, Record(e));
            return (Hash(two[0]) == Hash(two[1])) == (two[0].Item1 == two[1].Item1 && Record(two[0]) == Record(two[1]));
        }, iter: 5_000);

    private static AuditRecord Record((long, char[], char[], char[], char[]) e) => new(0, new(e.Item2), new(e.Item3), new(e.Item4), new(e.Item5), "");

    [Test]
    public void A_hash_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => AuditChain.Hash(new byte[31], 1, default, default, default, default, new byte[32]));
        Assert.Throws<ArgumentException>(() => AuditChain.Hash(new byte[32], 1, default, default, default, default, new byte[33]));
    }

    [TestCase("12:", 12)]
    [TestCase("", 0)]
    public void A_link_is_read_as_it_is_written(string number, long entry)
    {
        var hash = new string('a', 64);
        Assert.That(AuditLink.TryParse(number + hash, out var link), Is.True);
        Assert.That(link, Is.EqualTo(new AuditLink(entry, hash)));
        if (entry > 0)
            Assert.That(link.ToString(), Is.EqualTo(number + hash));
        foreach (var bad in new[] { "x:" + hash, "0:" + hash, "-1:" + hash, hash + "a", hash.ToUpperInvariant(), "1:", "", ":" + hash, "1:1:" + hash })
            Assert.That(AuditLink.TryParse(bad, out _), Is.False, bad);
    }

    [Test, Explicit("measures")]
    public void Nanoseconds_per_entry()
    {
        var details = Encoding.UTF8.GetBytes("""{"call":"01a22b784d00743f90426d40a1b94ff5","host":"127.0.0.1:44593","model":"gpt-4o-mini","cost_pico":22200000,"input_tokens":1200,"output_tokens":300,"estimated":false}""");
        var hash = new byte[32];
        for (var round = 0; round < 5; round++)
        {
            const int Count = 300_000;
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < Count; i++)
                AuditChain.Hash(hash, i, "agent-one"u8, "call.settled"u8, "2026-01-31T12:00:00.000000Z"u8, details, hash);
            TestContext.Out.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalNanoseconds / Count:N0} ns per entry of {details.Length} bytes of details");
        }
    }
}
