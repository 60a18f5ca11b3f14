using System.Globalization;
using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests;

/// <summary>
/// Texts that nobody thought of: pieces of <see cref="Corpus"/>, mutated and mixed with bytes of all sorts. A few in every run; <c>build/fuzz SECONDS</c> goes on for longer.
/// </summary>
[Category("Fuzz")]
internal sealed class FuzzTests
{
    private static readonly byte[][] Pieces = [.. Corpus.Pieces.Select(Encoding.UTF8.GetBytes)];
    private static readonly byte[] Bytes = [.. "@.:-+_()[]{}<>\"'\\/%&;#=,*~ \t\n0123456789abcdefghxyzABCDEFGHKXYZ"u8, 0xC3, 0xA9, 0xE2, 0x80, 0x8B, 0xEF, 0xBC, 0xFF];

    /// <summary>One step of a mutation: what to do, where, and with which byte or piece.</summary>
    private static readonly Gen<(int What, int Where, int With)> Steps = Gen.Select(Gen.Int[0, 7], Gen.Int[0, 4000], Gen.Int[0, 100_000]);

    private static readonly Gen<byte[]> Texts = Gen.Select(Gen.Int[0, Pieces.Length - 1].Array[1, 10], Steps.Array[0, 12]).Select(Mutate);

    [Test]
    public void Cut_text_is_found_as_the_whole_and_redaction_leaves_nothing() => Gen.Select(Texts, Gen.Int[0, 4000].Array[0, 5], Gen.Bool).Try(
        (text, cuts, byteByByte) =>
        {
            List<Finding> whole = Scanners.All.Scan(text);
            CheckOrder(text, whole);
            ScanStreamTests.CheckCuts(text, byteByByte ? Enumerable.Range(1, Math.Max(0, text.Length - 1)) : cuts.Select(cut => cut % (text.Length + 1)).Order());
            RedactionTests.CheckRedaction(text);
        },
        1500, Seconds);

    /// <summary>A recogniser by itself must agree too: what another finds may hide its fault.</summary>
    [Test]
    public void Every_kind_alone_finds_in_cut_text_what_it_finds_in_the_whole()
    {
        Scanner[] scanners = [.. PiiKinds.All.ToArray().Select(kind => new Scanner([kind]))];
        Gen.Select(Texts, Gen.Int[0, 4000].Array[0, 3], Gen.Int[0, scanners.Length - 1]).Try(
            (text, cuts, kind) => ScanStreamTests.CheckCuts(text, cuts.Select(cut => cut % (text.Length + 1)).Order(), scanners[kind]),
            3000, Seconds);
    }

    private static int Seconds => int.Parse(Environment.GetEnvironmentVariable("IRON_CAGE_FUZZ_SECONDS") ?? "-1", CultureInfo.InvariantCulture);

    private static byte[] Mutate(int[] picks, (int What, int Where, int With)[] steps)
    {
        List<byte> text = [.. picks.SelectMany(pick => Pieces[pick])];
        foreach (var (what, where, with) in steps)
        {
            int at = where % (text.Count + 1);
            bool isInside = at < text.Count;
            switch (what)
            {
                case 0 when isInside:
                    text[at] = Bytes[with % Bytes.Length];
                    break;
                case 1 when isInside:
                    text.RemoveAt(at);
                    break;
                case 2:
                    text.Insert(at, Bytes[with % Bytes.Length]);
                    break;
                case 3:
                    text.InsertRange(at, Pieces[with % Pieces.Length]);
                    break;
                case 4 when isInside:
                    text.RemoveRange(at, Math.Min(1 + (with % 20), text.Count - at));
                    break;
                case 5 when isInside:
                    text.InsertRange(at, text.GetRange(at, Math.Min(1 + (with % 40), text.Count - at)));
                    break;
                case 6 when isInside:
                    text[at] = (byte)(with & 0xFF);
                    break;
                default:
                    text.InsertRange(at, Enumerable.Repeat(Bytes[with % Bytes.Length], with % 70));
                    break;
            }
        }

        return [.. text];
    }

    private static void CheckOrder(byte[] text, List<Finding> findings)
    {
        int end = 0;
        foreach (Finding finding in findings)
        {
            bool sound = finding.Start >= end && finding.End > finding.Start && finding.End <= text.Length && finding.Score is > 0 and <= 1 && finding.Evidence != Evidence.None;
            Assert.That(sound, Is.True, () => $"{finding} after {end} in {Encoding.Latin1.GetString(text)}");
            end = finding.End;
        }
    }
}
