using System.Text;
using System.Text.RegularExpressions;
using CsCheck;
using IronCage.Safety.Patterns;
using IronCage.Safety.Text;
using IronCage.Tests;

namespace IronCage.Safety.Tests.Patterns;

internal sealed partial class PatternMatcherTests
{
    private static readonly Gen<string> Atoms = OneOf("a", "b", "c", "[ab]", "[^a]", ".", "\\d", "\\w", "\\s", "1", " ", "é", "[a-c]", "\\.", "(?:ab|a)", "(b|bc)");

    private static readonly Gen<string> Patterns =
        Gen.Select(OneOf("", "", "", "^", "\\b", "\\B"), Gen.Select(Atoms, OneOf("", "", "*", "+", "?", "{2}", "{1,2}", "{0,3}", "*?", "+?", "??", "{1,}")).Array[1, 5],
            OneOf("", "", "", "$", "\\b", "\\B"), OneOf("", "", "(?i)", "(?m)", "(?s)"))
            .Select((first, parts, last, flags) => flags + first + string.Concat(parts.Select(p => p.Item1 + p.Item2)) + last);

    private static readonly Gen<string> Subjects = OneOf("a", "b", "c", "A", "B", "1", " ", "é", "\n", ".", "-", "_", "ab").Array[0, 12].Select(string.Concat);

    [TestCase("EMP-[0-9]{6}", "x EMP-123456 y", "EMP-123456")]
    [TestCase(@"\bEMP-\d{6}\b", "XEMP-123456 EMP-1234567 EMP-123456.", "EMP-123456")]
    [TestCase("(?i)emp", "xEmPx", "EmP")]
    [TestCase("(?i:é)É", "éÉ ÉÉ Éé", "éÉ|ÉÉ")]
    [TestCase("straße|STRASSE", "straße STRASSE", "straße|STRASSE")]
    [TestCase("a|ab", "ab", "a")]
    [TestCase("ab|a", "ab", "ab")]
    [TestCase("a+?", "aaa", "a|a|a")]
    [TestCase("^a", "aa\na", "a")]
    [TestCase("(?m)^a$", "a\naa\na", "a|a")]
    [TestCase(@"a\Z", "aa", "a")]
    [TestCase("a$", "a\na\n", "a")]
    [TestCase(@"[\w.]+@\w+", "mail bob.x@host now", "bob.x@host")]
    [TestCase(@"\x41\u00e9\U0001F642", "Aé🙂", "Aé🙂")]
    [TestCase("[^a]", "é🙂", "é|🙂")]
    [TestCase("x{2,}", "xxxx", "xxxx")]
    [TestCase("x{,2}y", "xxxy", "xxy")]
    [TestCase("x{a}", "x{a}", "x{a}")]
    [TestCase("[]x]+", "x]x", "x]x")]
    [TestCase("[a-]+", "a-a", "a-a")]
    [TestCase("(?P<name>a)(?<other>b)(?#comment)c", "abc", "abc")]
    [TestCase("工号[0-9]+", "他的工号123。", "工号123")]
    [TestCase("(?s)a.b", "a\nb", "a\nb")]
    public void Pattern_finds_what_it_finds_elsewhere(string pattern, string text, string expected) =>
        Assert.That(string.Join('|', Matches(PatternMatcher.Compile(pattern), text)), Is.EqualTo(expected));

    [TestCase(@"(a)\1", "backreferences")]
    [TestCase(@"(?P<n>a)(?P=n)", "backreferences")]
    [TestCase(@"\k<n>", "backreferences")]
    [TestCase("a(?=b)", "lookahead")]
    [TestCase("a(?!b)", "negative lookahead")]
    [TestCase("(?<=a)b", "lookbehind")]
    [TestCase("(?<!a)b", "negative lookbehind")]
    [TestCase("(?>a)", "atomic groups")]
    [TestCase("a*+", "possessive")]
    [TestCase("(?(1)a)", "conditions")]
    [TestCase(@"\p{L}", "Unicode classes")]
    [TestCase("[[:alpha:]]", "POSIX")]
    [TestCase("a)", "closes nothing")]
    [TestCase("(a", "not closed")]
    [TestCase("[a", "not closed")]
    [TestCase("*a", "nothing to repeat")]
    [TestCase("a**", "two quantifiers")]
    [TestCase("a{3,2}", "wrong way round")]
    [TestCase("[b-a]", "wrong way round")]
    [TestCase("a{1001}", "repeat counts")]
    [TestCase("((a{100}){100}){100}", "too large")]
    [TestCase("a\\", "at the end")]
    [TestCase(@"\q", "not known")]
    [TestCase(@"\xZZ", "something else")]
    [TestCase("(?x)a", "the flag 'x'")]
    [TestCase("", "1 to 4096")]
    [TestCase("^$", "empty text")]
    [TestCase("(?:)", "empty text")]
    [TestCase("^*", "an anchor cannot be repeated")]
    public void What_is_no_pattern_or_not_linear_is_refused_by_name(string pattern, string problem) =>
        Assert.That(Assert.Throws<PatternException>(() => PatternMatcher.Compile(pattern))!.Message, Does.Contain(problem));

    [Test]
    public void Nesting_that_would_exhaust_the_stack_is_refused() =>
        Assert.Throws<PatternException>(() => PatternMatcher.Compile(new string('(', 2000) + "a" + new string(')', 2000)));

    /// <summary>
    /// The oracle is the automaton of .NET, with its classes written as ours are. (Its backtracking engine loses matches: <c>\B(a?){1,2}\s{1,}.{1,}(a?)+?</c> finds nothing
    /// in <c>" A1cA\n."</c> in .NET 10.0.) Where alternatives are repeated or a quantifier is lazy, the automaton prefers others than Perl's rule, which is ours: <c>(b|bc)*\w{2}</c> takes
    /// <c>bcab</c> of <c>bcab</c>, not <c>bca</c>. There only whether and where there is a match is compared, and where it loses one itself (<c>\B(?:ab|a)??(?:ab|a)\w{0,3}\b</c> at 1 of
    /// <c>aab</c>), the backtracking engine decides.
    /// </summary>
    [Test]
    public void Matches_are_those_of_another_engine() => Gen.Select(Patterns, Subjects).Sample(
        (pattern, text) =>
        {
            PatternMatcher ours;
            try
            {
                ours = PatternMatcher.Compile(pattern);
            }
            catch (PatternException)
            {
                return;
            }

            var theirs = new Regex(pattern.Replace(@"\d", "[0-9]", StringComparison.Ordinal), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            var backtracking = new Regex(theirs.ToString(), RegexOptions.CultureInvariant);
            byte[] utf8 = Encoding.UTF8.GetBytes(text);
            for (int i = 0; i < text.Length; i++)
            {
                Match expected = theirs.Match(text, i);
                int place = Encoding.UTF8.GetByteCount(text.AsSpan(0, i));
                MatchState state = ours.Match(new TextWindow(utf8, final: true, origin: 0, new ScanScratch()), place, out int end);
                string found = state == MatchState.Match ? Encoding.UTF8.GetString(utf8, place, end - place) : "";
                string value = expected.Index == i ? expected.Value : "";
                if (HasPreferences().IsMatch(pattern))
                {
                    if (value.Length == 0 && found.Length > 0)
                        value = backtracking.Match(text, i) is { Success: true } other && other.Index == i ? other.Value : "";
                    Assert.That(found.Length > 0, Is.EqualTo(value.Length > 0), () => $"/{pattern}/ at {i} of '{text}'");
                }
                else
                    Assert.That(found, Is.EqualTo(value), () => $"/{pattern}/ at {i} of '{text}'");
            }
        }, iter: Counts.Of(5_000));

    [Test]
    public void A_match_takes_at_most_250_bytes() => Assert.That(Matches(PatternMatcher.Compile("é+"), new string('é', 200)).Select(m => m.Length), Is.EqualTo(new[] { 125, 75 }));

    [TestCase("(a*)*b")]
    [TestCase("(a|aa)+$")]
    [TestCase("(a|a?)+b")]
    [TestCase("([ab]*a[ab]{12})+c")]
    [TestCase("a{1,200}a{1,200}a{1,200}b")]
    public void Patterns_that_make_others_explode_take_linear_time(string pattern)
    {
        PatternMatcher matcher = PatternMatcher.Compile(pattern);
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("aab", 5_000).Select((unit, i) => i % 3 == 0 ? "aaa" : unit)));
        var window = new TextWindow(text, final: true, origin: 0, new ScanScratch());
        for (int i = 0; i < text.Length; i++)
            matcher.Match(window, i, out _);
    }

    [Test]
    public void Threads_share_a_matcher()
    {
        PatternMatcher matcher = PatternMatcher.Compile("([ab]*a[ab]{9})+c");
        string text = string.Concat(Enumerable.Range(0, 3000).Select(i => "abba"[i * 7 % 11 % 4])) + "c";
        List<string> expected = Matches(matcher, text);
        Parallel.For(0, 8, _ => Assert.That(Matches(matcher, text), Is.EqualTo(expected)));
    }

    [TestCase("[A-Z]+", "[EMAIL_REDACTED]")]
    [TestCase(".*", "[EMAIL_REDACTED]")]
    [TestCase("x.*", "x [EMAIL_REDACTED]")]
    [TestCase(@"\w+", "[EMAIL_REDACTED]")]
    public void Nothing_that_touches_a_redacted_form_matches(string pattern, string text)
    {
        var scanner = new Scanner(new ScannerOptions { Kinds = [], Patterns = [new OwnPattern("MY_KIND", pattern)] });
        Assert.That(scanner.Scan(Encoding.UTF8.GetBytes(text)), Is.Empty);
    }

    [GeneratedRegex(@"\|[^)]*\)[*+?{]|[*+?}]\?")]
    private static partial Regex HasPreferences();

    private static Gen<string> OneOf(params string[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);

    private static List<string> Matches(PatternMatcher matcher, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        var window = new TextWindow(utf8, final: true, origin: 0, new ScanScratch());
        var found = new List<string>();
        for (int i = 0; i < utf8.Length; i++)
        {
            if (!matcher.FirstBytes[utf8[i]] || matcher.Match(window, i, out int end) != MatchState.Match)
                continue;
            found.Add(Encoding.UTF8.GetString(utf8, i, end - i));
            i = end - 1;
        }

        return found;
    }
}
