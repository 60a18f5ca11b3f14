using System.Text;
using CsCheck;
using IronCage.Safety.Recognisers.Identifiers;

namespace IronCage.Safety.Tests.Recognisers.Identifiers;

/// <summary>Random numbers of every rule, made from the samples: found behind their words, not found with a wrong digit, and harmless beside anything.</summary>
internal sealed class IdentifierFuzzTests
{
    private const int MostTries = 400_000;

    private static readonly (string Kind, string Left, string Value, IdentifierRule[] Rules)[] Models = [.. IdentifierSamples.All.SelectMany(sample => ModelsOf(sample.Kind, sample.Marked))];

    private static IEnumerable<TestCaseData> Kinds => Models.GroupBy(model => model.Kind).Select(models => new TestCaseData(models.Key).SetArgDisplayNames(models.Key));

    [TestCaseSource(nameof(Kinds))]
    public void Random_numbers_are_found_and_corrupted_ones_are_not(string kind)
    {
        Scanner scanner = Scanners.For(kind);
        bool isChecked = IdentifierCatalogue.All.Where(rule => rule.Kind.Name == kind).All(rule => rule.HasChecksum);
        int right = 0, wrong = 0;
        var missed = new List<string>();
        var accepted = new List<string>();
        Gen.UInt.Try(seed =>
        {
            var random = new PCG(seed | 1, seed);
            (_, string left, string model, IdentifierRule[] rules) = Pick(random, [.. Models.Where(m => m.Kind == kind)]);
            if (Made(random, model, rules) is not { } value)
                return;
            Interlocked.Increment(ref right);
            if (!IsFound(scanner, left, value))
                Add(missed, left + value);
            if (!isChecked)
                return;
            string corrupted = Corrupted(random, value);
            Interlocked.Increment(ref wrong);
            if (IsFound(scanner, left, corrupted))
                Add(accepted, left + corrupted);
        }, 60);

        Assert.That(right, Is.GreaterThan(50), "numbers can be made from the samples");
        Assert.That(missed, Is.Empty);
        // Sums by 10 with even weights (Taiwan's, Mexico's) miss every tenth, and those by 11 with two remainders for one digit some; the others none.
        Assert.That(accepted, Has.Count.LessThanOrEqualTo(wrong / 5), string.Join("; ", accepted));
    }

    [Test]
    public void Beside_anything_the_findings_of_the_stream_are_those_of_the_whole() => Gen.UInt.Try(seed =>
    {
        var random = new PCG(seed | 1, seed);
        var text = new StringBuilder();
        for (int i = 0; i < 5; i++)
        {
            (_, string left, string model, IdentifierRule[] rules) = Pick(random, Models);
            text.Append(Neighbour(random));
            if (random.Next(2) == 0)
                text.Append(left);
            text.Append(Made(random, model, rules, tries: 2000) ?? model).Append(Neighbour(random));
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        List<Finding> whole = Scanners.All.Scan(bytes);
        ScanStream stream = Scanners.All.OpenStream();
        var findings = new List<StreamFinding>();
        for (int at = 0; at < bytes.Length;)
        {
            int next = Math.Min(bytes.Length, at + 1 + (int)random.Next(40));
            stream.Push(bytes.AsSpan(at, next - at), final: next == bytes.Length, findings);
            at = next;
        }

        Assert.That(findings.Where(f => !f.IsOpen).Select(f => (f.Kind.Name, f.Start, f.End, f.Score)), Is.EqualTo(whole.Select(f => (f.Kind.Name, (long)f.Start, (long)f.End, f.Score))), () => text.ToString());
    }, 1500);

    private static IEnumerable<(string, string, string, IdentifierRule[])> ModelsOf(string kind, string marked)
    {
        for (int open = marked.IndexOf('⟦', StringComparison.Ordinal); open >= 0; open = marked.IndexOf('⟦', open + 1))
        {
            int close = marked.IndexOf('⟧', open);
            string left = marked[..open].Replace("⟦", "", StringComparison.Ordinal).Replace("⟧", "", StringComparison.Ordinal);
            string value = marked[(open + 1)..close];
            IdentifierRule[] rules = [.. IdentifierCatalogue.All.Where(rule => rule.Kind.Name == kind && (HasForm(rule.Alone, value) || HasForm(rule.Spoken, value)) && rule.Check(Plain(value)))];
            if (rules.Length > 0)
                yield return (kind, left, value, rules);
        }
    }

    private static bool HasForm(string forms, string value) => IdentifierForms.Expand(forms).Any(form =>
        form.Length == value.Length && form.Zip(value).All(pair => (IdentifierSymbol.Mask(pair.First) >> IdentifierSymbol.Of[(byte)pair.Second] & 1) != 0));

    /// <summary>As checks see a value: its digits and letters, as capitals.</summary>
    private static byte[] Plain(string value) => Encoding.ASCII.GetBytes([.. value.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);

    private static T Pick<T>(PCG random, IReadOnlyList<T> of) => of[(int)random.Next((uint)of.Count)];

    private static string Neighbour(PCG random) => string.Concat(Enumerable.Range(0, (int)random.Next(3)).Select(_ => Pick(random, Corpus.Pieces)));

    /// <summary>A number of the model's form that the rule accepts: digits anew, letters now and then; null when none came up.</summary>
    private static string? Made(PCG random, string model, IdentifierRule[] rules, int tries = MostTries)
    {
        var made = new char[model.Length];
        for (int i = 0; i < tries; i++)
        {
            for (int at = 0; at < made.Length; at++)
            {
                char c = model[at];
                made[at] = char.IsAsciiDigit(c) ? (char)('0' + random.Next(10))
                    : char.IsAsciiLetterUpper(c) && random.Next(4) == 0 ? (char)('A' + random.Next(26))
                    : char.IsAsciiLetterLower(c) && random.Next(4) == 0 ? (char)('a' + random.Next(26)) : c;
            }

            string value = new(made);
            if (rules[0].Check(Plain(value)))
                return value;
        }

        return null;
    }

    private static string Corrupted(PCG random, string value)
    {
        int[] digits = [.. Enumerable.Range(0, value.Length).Where(at => char.IsAsciiDigit(value[at]))];
        int place = Pick(random, digits);
        var digit = (char)('0' + ((value[place] - '0' + 1 + random.Next(9)) % 10));
        return value[..place] + digit + value[(place + 1)..];
    }

    private static bool IsFound(Scanner scanner, string left, string value)
    {
        int start = Encoding.UTF8.GetByteCount(left);
        return scanner.Scan(Encoding.UTF8.GetBytes(left + value)).Exists(f => f.Start == start && f.End == start + value.Length);
    }

    private static void Add(List<string> list, string text)
    {
        lock (list)
            list.Add(text);
    }
}
