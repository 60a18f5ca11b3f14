using System.Text;
using CsCheck;
using IronCage.Tests;

namespace IronCage.Cost.Tests.Tokens;

public sealed unsafe class VocabularyTests
{
    private static readonly Dictionary<string, (ReferenceCounter Reference, Vocabulary Vocabulary)> All =
        new[] { ReferenceCounter.O200k, ReferenceCounter.Cl100k }.ToDictionary(r => r.Name, r => (r, Vocabulary.Load(r.Name)));

    [TestCase("o200k_base", 199_998)]
    [TestCase("cl100k_base", 100_256)]
    public void Every_token_is_found_by_its_bytes(string name, int count)
    {
        var (reference, vocabulary) = All[name];
        Assert.That((vocabulary.Count, reference.Tokens.Length), Is.EqualTo((count, count)));
        for (var rank = 0; rank < count; rank++)
        {
            var token = reference.Tokens[rank];
            fixed (byte* text = token)
            {
                byte* lastWord = text + token.Length - 8;
                if (!vocabulary.Has(text, token.Length, lastWord) || vocabulary.LengthOf((uint)rank) != token.Length || vocabulary.FindLongest(text, token.Length, int.MaxValue, lastWord) != rank)
                    Assert.Fail($"token {rank}");
            }
        }
    }

    [TestCase("o200k_base")]
    [TestCase("cl100k_base")]
    public void What_is_no_token_is_not_found(string name)
    {
        var (reference, vocabulary) = All[name];
        var known = reference.Tokens.Select(Convert.ToHexString).ToHashSet();
        TokenTexts.Of(reference.Tokens).Sample(bytes =>
        {
            fixed (byte* text = bytes)
                return vocabulary.Has(text, bytes.Length, text + bytes.Length - 8) == known.Contains(Convert.ToHexString(bytes));
        }, iter: Counts.Of(10_000));
    }

    [TestCase("o200k_base")]
    [TestCase("cl100k_base")]
    public void The_search_counts_what_merging_leaves(string name)
    {
        var (reference, vocabulary) = All[name];
        var ranks = Enumerable.Range(0, reference.Tokens.Length).ToDictionary(i => Encoding.Latin1.GetString(reference.Tokens[i]));
        var runs = Gen.Select(TokenTexts.Of(reference.Tokens), Gen.Int[1, 40]).Select((bytes, n) => Enumerable.Repeat(bytes[..Math.Min(bytes.Length, 9)], n).SelectMany(b => b).ToArray());
        var few = Gen.Int[0, 3].Select(i => (byte)" aT-"[i]).Array[2, 300];
        Gen.OneOf(TokenTexts.Of(reference.Tokens), runs, few, Gen.Byte.Array[2, 80], Gen.Byte[(byte)'a', (byte)'z'].Array[2, 120]).Where(bytes => bytes.Length > 1).Sample(bytes =>
        {
            fixed (byte* text = bytes)
            {
                byte* lastWord = text + bytes.Length - 8;
                return (vocabulary.Has(text, bytes.Length, lastWord) ? 1 : PieceMerger.Count(text, bytes.Length, lastWord, vocabulary)) == Merged(bytes, ranks);
            }
        }, iter: Counts.Of(6_000));
    }

    /// <summary>Byte-pair merging by its definition: the pair of lowest rank first, the leftmost of equals.</summary>
    private static int Merged(byte[] bytes, Dictionary<string, int> ranks)
    {
        var parts = bytes.Select(b => ((char)b).ToString()).ToList();
        while (true)
        {
            int best = int.MaxValue, at = -1;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (ranks.TryGetValue(parts[i] + parts[i + 1], out var rank) && rank < best)
                    (best, at) = (rank, i);
            }
            if (at < 0)
                return parts.Count;
            parts[at] += parts[at + 1];
            parts.RemoveAt(at + 1);
        }
    }

    [TestCase("o200k_base")]
    [TestCase("cl100k_base")]
    public void Tables_take_less_than_15_MB(string name)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var vocabulary = Vocabulary.Load(name);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.InRange(1_000_000, 15_000_000));
        GC.KeepAlive(vocabulary);
    }

    [Test]
    public void An_unknown_vocabulary_is_refused() => Assert.Throws<InvalidOperationException>(() => Vocabulary.Load("p50k_base"));
}
