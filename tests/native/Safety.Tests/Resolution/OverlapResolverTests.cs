using CsCheck;
using IronCage.Safety.Resolution;

namespace IronCage.Safety.Tests.Resolution;

internal sealed class OverlapResolverTests
{
    private static readonly Gen<Candidate> Candidates = Gen.Select(Gen.Int[0, 5], Gen.Long[0, 120], Gen.Long[1, 20], Gen.Int[1, 3]).Select(
        (kind, start, length, score) => new Candidate(PiiKinds.All[kind], start, start + length, score, Evidence.Pattern));

    [Test]
    public void Score_beats_length_beats_place() => Assert.Multiple(() =>
    {
        Assert.That(Resolve([C(0, 10, 1), C(5, 8, 2)]), Is.EqualTo(new[] { (5L, 8L) }));
        Assert.That(Resolve([C(0, 10, 1), C(5, 18, 1)]), Is.EqualTo(new[] { (5L, 18L) }));
        Assert.That(Resolve([C(5, 15, 1), C(0, 10, 1)]), Is.EqualTo(new[] { (0L, 10L) }));
        Assert.That(Resolve([C(0, 10, 1), C(8, 20, 2), C(18, 25, 1)]), Is.EqualTo(new[] { (8L, 20L) }));
        Assert.That(Resolve([C(0, 10, 3), C(8, 20, 2), C(18, 25, 1)]), Is.EqualTo(new[] { (0L, 10L), (18L, 25L) }));
        Assert.That(Resolve([C(0, 10, 1), C(10, 20, 2)]), Is.EqualTo(new[] { (0L, 10L), (10L, 20L) }));
    });

    [Test]
    public void Order_of_discovery_does_not_matter() => Gen.Select(Candidates.Array[0, 30], Gen.Int).Sample((candidates, seed) =>
    {
        Candidate[] shuffled = [.. candidates];
        new Random(seed).Shuffle(shuffled);
        Assert.That(Resolve(shuffled), Is.EqualTo(Resolve(candidates)));
    });

    [Test]
    public void Result_is_disjoint_ascending_and_leaves_out_nothing_that_overlaps_nothing() => Candidates.Array[0, 30].Sample(candidates =>
    {
        (long Start, long End)[] found = Resolve(candidates);
        for (int i = 1; i < found.Length; i++)
            Assert.That(found[i].Start, Is.GreaterThanOrEqualTo(found[i - 1].End));
        foreach (Candidate c in candidates)
            Assert.That(found.Any(f => f.Start < c.End && c.Start < f.End), Is.True);
    });

    [Test]
    public void Draining_by_steps_gives_what_draining_at_once_gives() => Gen.Select(Candidates.Array[0, 30], Gen.Long[0, 140].Array[0, 8]).Sample((candidates, stops) =>
    {
        var resolver = new OverlapResolver();
        var found = new List<(long, long)>();
        long from = long.MinValue;
        foreach (long stop in stops.Order().Append(long.MaxValue))
        {
            resolver.Pending.AddRange(candidates.Where(c => c.Start >= from && c.Start < stop));
            resolver.Drain(stop);
            found.AddRange(resolver.Accepted.Select(c => (c.Start, c.End)));
            from = stop;
        }

        Assert.That(found, Is.EqualTo(Resolve(candidates)));
    });

    private static Candidate C(long start, long end, float score) => new(PiiKinds.All[0], start, end, score, Evidence.Pattern);

    private static (long Start, long End)[] Resolve(IEnumerable<Candidate> candidates)
    {
        var resolver = new OverlapResolver();
        resolver.Pending.AddRange(candidates);
        resolver.Drain(long.MaxValue);
        return [.. resolver.Accepted.Select(c => (c.Start, c.End))];
    }
}
