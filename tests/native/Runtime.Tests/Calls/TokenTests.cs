using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;
using IronCage.Core.Ledger;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Tests.Support;

namespace IronCage.Runtime.Tests.Calls;

/// <summary>Tokens of calls: of protections inside others, in stores that fail, and while keys are rotated.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed partial class TokenTests : IDisposable
{
    private const string Mail = "ada@example.com";

    private static readonly string First = Key(1), Second = Key(2);

    private readonly TemporaryDirectory _directory = new();
    private readonly Cage _cage = new(clock: TimeProvider.System);

    public void Dispose()
    {
        _cage.Dispose();
        _directory.Dispose();
    }

    private static string Key(byte of) => Convert.ToHexStringLower(Enumerable.Repeat(of, 32).ToArray());

    private static string Tokenising(string more = "", params string[] keys) =>
        $"\"pii_action\":\"tokenise\",\"key\":[{string.Join(',', (keys.Length == 0 ? [First] : keys).Select(k => $"\"{k}\""))}]{(more.Length > 0 ? "," + more : "")}";

    private string State => $"\"state\":\"{_directory.Url}\"";

    /// <summary>What of a text reaches the provider.</summary>
    private string Sent(Run run, string text)
    {
        var begun = _cage.Begin(run, Wire.Request(text));
        Assert.That(begun.Kind, Is.EqualTo(VerdictKind.Rewrite).Or.EqualTo(VerdictKind.Send), begun.Error);
        begun.Call.End(CallEnding.Withdrawn);
        return begun.Kind == VerdictKind.Send ? text : Wire.Parse(begun.Body).GetProperty("messages")[0].GetProperty("content").GetString()!;
    }

    /// <summary>What the agent gets of an answer.</summary>
    private string Heard(Run run, string answer)
    {
        var verdict = _cage.Whole(run, Wire.Request("hello"), Wire.Answer(answer, Wire.Usage(10, 5)));
        return verdict.Kind == VerdictKind.Send ? answer : verdict.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }

    private (Run Inner, Run Outer) Nested(string outer, string inner)
    {
        var around = _cage.Protect(outer, agent: "outer").OpenRun(null);
        return (_cage.Protect(inner, agent: "inner").OpenRun(around), around);
    }

    [Test]
    public void A_value_of_an_inner_run_is_named_by_the_inner_key_and_comes_back_there_only()
    {
        var (inner, outer) = Nested(Tokenising(keys: Second), Tokenising());
        var told = Sent(inner, $"write to {Mail}");
        Assert.That(told, Does.Match(Told()));
        Assert.That(told, Is.EqualTo(Sent(_cage.Protect(Tokenising()).OpenRun(null), $"write to {Mail}")), "the outer protection has no part in the name");
        Assert.That(Heard(inner, told), Is.EqualTo($"write to {Mail}"));
        Assert.That(Heard(outer, told), Is.EqualTo(told), "the outer protection does not have the key");
    }

    [Test]
    public void A_value_of_the_outer_run_comes_back_in_the_inner_one_too()
    {
        var (inner, outer) = Nested(Tokenising(keys: Second), Tokenising());
        var told = Sent(outer, $"write to {Mail}");
        Assert.That(Heard(inner, told), Is.EqualTo($"write to {Mail}"));
    }

    [TestCase("redact", "[EMAIL_REDACTED]")]
    [TestCase("hash", "[EMAIL_HASH_")]
    [TestCase("mask", "[EMAIL_")]
    [TestCase("warn", "[EMAIL_")]
    public void Of_two_actions_the_severest_decides_whichever_is_around_the_other(string other, string expected)
    {
        var plain = $"\"pii_action\":\"{other}\",\"key\":\"{Second}\"";
        foreach (var (outer, inner) in new[] { (plain, Tokenising()), (Tokenising(), plain) })
        {
            var run = Nested(outer, inner).Inner;
            var told = Sent(run, Mail);
            Assert.That(told, Does.StartWith(expected));
            Assert.That(Heard(run, told), Is.EqualTo(other is "mask" or "warn" ? Mail : told), "what was tokenised comes back, what was redacted or hashed does not");
        }
    }

    [Test]
    public void Of_protections_that_share_tokens_all_must_let_a_value_come_back()
    {
        foreach (var (outer, inner) in new[] { ("[]", "[\"answer\"]"), ("[\"answer\"]", "[]"), ("[\"tool:mail\"]", "[\"answer\"]"), ("[\"answer\"]", "[\"tool:mail\",\"answer\"]") })
        {
            var run = Nested(Tokenising($"\"restore_in\":{outer}"), Tokenising($"\"restore_in\":{inner}")).Inner;
            var told = Sent(run, Mail);
            var comesBack = outer.Contains("answer", StringComparison.Ordinal) && inner.Contains("answer", StringComparison.Ordinal);
            Assert.That(Heard(run, told), Is.EqualTo(comesBack ? Mail : told), $"{outer} around {inner}");
        }
    }

    [Test]
    public void Tenants_in_each_other_have_tokens_of_their_own()
    {
        var (inner, outer) = Nested(Tokenising("\"tenant\":\"a\""), Tokenising("\"tenant\":\"b\""));
        var (ofInner, ofOuter) = (Sent(inner, Mail), Sent(outer, Mail));
        Assert.That(ofInner, Is.Not.EqualTo(ofOuter));
        Assert.That(Heard(inner, $"{ofInner} {ofOuter}"), Is.EqualTo($"{Mail} {Mail}"));
        Assert.That(Heard(outer, $"{ofInner} {ofOuter}"), Is.EqualTo($"{ofInner} {Mail}"));
    }

    [Test]
    public void A_call_whose_tokens_cannot_be_saved_does_not_leave_and_holds_nothing()
    {
        var budget = _cage.Budget("1");
        var protection = _cage.Protect(Tokenising(State + ",\"max_calls\":1"), budget);
        var run = protection.OpenRun(null);
        var aside = _directory.Store + ".aside";
        File.Move(_directory.Store, aside);
        for (var i = 0; i < 3; i++)
            Assert.Throws<StoreException>(() => _cage.Begin(run, Wire.Request($"write to {Mail}")), "attempt " + i);
        Assert.That(Figures.Money(Wire.Parse(budget.Report()), "held_usd"), Is.Zero);
        File.Move(aside, _directory.Store);

        Assert.That(Sent(run, $"write to {Mail}"), Does.Match(Told()), "the store is back, and the refused calls did not count");
    }

    [Test]
    public void A_pending_call_whose_tokens_cannot_be_saved_fails_where_it_is_waited_for()
    {
        var budget = _cage.Budget("1");
        var run = _cage.Protect(Tokenising(State), budget).OpenRun(null);
        File.Move(_directory.Store, _directory.Store + ".aside");
        Assert.Throws<StoreException>(() =>
        {
            var begun = _cage.Begin(run, Wire.Request(Mail), nonblocking: true);
            Assert.That(begun.Kind, Is.EqualTo(VerdictKind.Pending));
            begun.Call.Wait(-1);
        });
        Assert.That(Figures.Money(Wire.Parse(budget.Report()), "held_usd"), Is.Zero);
    }

    [Test]
    public void Tokens_of_an_answer_that_cannot_be_saved_are_told_and_come_back_in_this_process()
    {
        var protection = _cage.Protect(Tokenising(State + ",\"restore_in\":[\"tool:mail\"]"));
        var run = protection.OpenRun(null);
        var begun = _cage.Begin(run, Wire.Request("who is it?"));
        File.Move(_directory.Store, _directory.Store + ".aside");
        var verdict = Step.Of(begun.Call.Respond(200, complete: true, Wire.Utf8(Wire.Answer(Mail, Wire.Usage(10, 5)))));
        var token = verdict.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        Assert.That(token, Does.StartWith("[EMAIL_"));
        Assert.That(() => _cage.Drain().Any(e => e.Kind == "pii.tokens_not_saved"), Is.True.After(20_000, 20));
        Assert.That(Encoding.UTF8.GetString(protection.Restore(Wire.Utf8(token), "tool:mail")), Is.EqualTo(Mail));
        File.Move(_directory.Store + ".aside", _directory.Store);
    }

    /// <summary>
    /// As docs/safety.md says it: the new key behind the old one everywhere, then before it everywhere, then the old one goes. Between two stages half of the threads are ahead.
    /// What was sealed with the old key is sealed anew where it is opened, once nobody puts the old key first any more.
    /// </summary>
    [Test]
    public void Keys_are_rotated_under_load_and_no_value_is_lost()
    {
        const int Threads = 8, Calls = 12;
        string[][] stages = [[First], [First, Second], [Second, First], [Second]];
        var protections = stages.Select(keys => _cage.Protect(Tokenising(State, keys))).ToArray();
        var told = new ConcurrentDictionary<string, string>();
        for (var step = 0; step < (2 * stages.Length) - 1; step++)
        {
            var (oldest, newest) = (step / 2, (step + 1) / 2);
            var known = told.ToArray();
            var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() =>
            {
                var run = protections[thread % 2 == 0 ? newest : oldest].OpenRun(null);
                for (var i = 0; i < Calls; i++)
                {
                    var value = $"user{thread}.{i % 5}@example.com";
                    told[Sent(run, value)] = value;
                    // What anybody was told before this stage comes back to everybody in it.
                    foreach (var (token, earlier) in known.Skip(i * known.Length / Calls).Take((known.Length / Calls) + 1))
                        told.TryAdd(Heard(run, token) == earlier ? token : "lost: " + token, earlier);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Assert.That(told.Keys.Where(token => !token.StartsWith("[EMAIL_", StringComparison.Ordinal)), Is.Empty, $"stages {oldest} and {newest}");
            _cage.Engine.FlushAsync(CancellationToken.None).GetAwaiter().GetResult();
        }

        // Each value has a name under each key, and the first key is needed no more, in a process of its own either.
        Assert.That(told, Has.Count.EqualTo(Threads * 5 * 2));
        using var later = new Cage(clock: TimeProvider.System);
        var last = later.Protect(Tokenising(State, Second));
        foreach (var (token, value) in told)
            Assert.That(Encoding.UTF8.GetString(last.Restore(Wire.Utf8(token), "")), Is.EqualTo(value));
    }

    [GeneratedRegex(@"^write to \[EMAIL_[0-9A-Z]{16}\]$")]
    private static partial Regex Told();
}
