using System.Text;
using CsCheck;

namespace IronCage.Safety.Tests.Recognisers;

/// <summary>Secrets in Base64 and hexadecimal digits, in runs of any length.</summary>
internal sealed class EncodedRunTests
{
    private const string Prose = "The committee met on the first floor and spoke at length about nothing in particular, as it had done in the years before; then all went home. ";

    private static readonly string[] Pieces = [Prose, Prose[..20], "a", "ab ", ", ", "mail bob@example.com or ", "card 4111 1111 1111 1111, ", Fakes.GitHub + " ", "\n", "é", "ssn 123-45-6789 "];

    private static readonly Gen<byte[]> Mixtures = Gen.Select(Gen.Int[0, Pieces.Length - 1].Array[1, 30], Gen.Int[0, 4], Gen.Int[0, 5]).Select((picks, before, form) =>
    {
        string run = Encode(string.Concat(picks.Select(i => Pieces[i])), form);
        return Encoding.UTF8.GetBytes(Prose[..(before * 7)] + (form > 2 ? "data:" : " ") + run + " end " + Prose);
    });

    [Test]
    public void Random_cuts_find_what_the_whole_text_holds() => Gen.Select(Mixtures, Gen.Int[0, 8000].Array[0, 6]).Try(
        (text, cuts) => ScanStreamTests.CheckCuts(text, cuts.Select(cut => cut % (text.Length + 1)).Order()), 2000);

    [Test]
    public void One_byte_at_a_time_finds_what_the_whole_text_holds() =>
        Mixtures.Try(text => ScanStreamTests.CheckCuts(text, Enumerable.Range(1, Math.Max(0, text.Length - 1))), 200);

    [Test]
    public void Redacted_mixture_holds_nothing_more() => Mixtures.Try(text => RedactionTests.CheckRedaction(text), 2000);

    /// <summary>What stands for the secret is the finding, by whole units, wherever the run and the secret begin.</summary>
    [Test]
    public void Secret_is_found_anywhere_in_a_long_run([Values(0, 1, 2)] int form)
    {
        int unit = form == 2 ? 1 : 3;
        int written = form == 2 ? 2 : 4;
        for (int before = 200; before < 700; before += 7)
        {
            string text = string.Concat(Enumerable.Repeat(Prose, 6))[..before] + " bob@example.com " + Prose + Prose;
            string run = Encode(text, form);
            int lead = before % 50;
            List<Finding> found = Scanners.All.Scan(Encoding.ASCII.GetBytes(new string(' ', lead) + run));
            int start = lead + ((before + 1) / unit * written);
            int end = lead + ((before + 16 + unit - 1) / unit * written);
            Assert.That(found.Select(f => (f.Kind.Name, f.Start, f.End, f.Evidence & Evidence.Decoded)), Is.EqualTo(new[] { ("EMAIL_ADDRESS", start, end, Evidence.Decoded) }), $"{before}");
        }
    }

    [Test]
    public void All_secrets_of_a_long_run_are_found([Values(0, 1, 2)] int form)
    {
        string text = string.Concat(Enumerable.Range(0, 40).Select(i => Prose[..(i * 3)] + $" user{i}x@example.com "));
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes(Encode(text, form))), Has.Count.EqualTo(40));
    }

    [Test]
    public void Run_that_hides_a_private_key_is_a_finding_from_the_key_on([Values(0, 1, 2)] int form, [Values(0, 300, 1000)] int before)
    {
        string run = Encode(string.Concat(Enumerable.Repeat(Prose, 8))[..before] + "\n" + Fakes.Pem(lines: 30) + "\n", form);
        Finding found = Scanners.All.Scan(Encoding.ASCII.GetBytes("key " + run + " end")).Single();
        int start = (before + 1) * (form == 2 ? 2 : 4) / (form == 2 ? 1 : 3);
        Assert.That((found.Kind.Name, found.End), Is.EqualTo(("PRIVATE_KEY", 4 + run.Length)));
        Assert.That(found.Start - 4, Is.InRange(start - 4, start));
    }

    /// <summary>What is found in a long run does not depend on how far it is from the beginning of the text, also where the pieces of it begin at odd places.</summary>
    [Test]
    public void Run_is_looked_into_alike_wherever_it_lies()
    {
        string mail = Fakes.Base64("mail bob@example.com or call +44 20 7946 0958");
        string run = mail + Fakes.Body(61) + mail + Fakes.Body(58, 4) + Fakes.Base64(Prose + " bob@example.com") + Fakes.Hex("bob@example.com") + mail[..^3];
        IEnumerable<Finding> Found(int lead) => Scanners.All.Scan(Encoding.ASCII.GetBytes(new string(' ', lead) + run)).Select(f => f with { Start = f.Start - lead, End = f.End - lead });
        for (int lead = 1; lead < 260; lead++)
            Assert.That(Found(lead), Is.EqualTo(Found(0)), $"{lead}");
    }

    [Test]
    public void Run_that_stands_for_no_text_is_left_alone()
    {
        var random = new Random(1);
        byte[] picture = new byte[200_000];
        random.NextBytes(picture);
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes(Convert.ToBase64String(picture))), Is.Empty);
        Assert.That(Scanners.All.Scan(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(picture))), Is.Empty);
    }

    private static string Encode(string text, int form) => (form % 3) switch
    {
        0 => Fakes.Base64(text),
        1 => Fakes.Base64(text).Replace('+', '-').Replace('/', '_').TrimEnd('='),
        _ => Fakes.Hex(text),
    };
}
