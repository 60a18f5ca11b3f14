using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;

namespace IronCage.Runtime.Tests.Runs;

public class LoopWatchTests
{
    private static LoopWatch Watch(int nudge = 3, int stop = 5) => new(new LoopPolicy(nudge, stop, "note"));

    /// <summary>Observes letters; the places, from 1, at which the model is to be told, then the one from which the run is stuck (0: never).</summary>
    private static (int[] Nudged, int Stuck) Seen(string letters, LoopWatch? watch = null)
    {
        watch ??= Watch();
        var nudged = new List<int>();
        for (var i = 0; i < letters.Length; i++)
        {
            watch.Observe(letters[i]);
            if (watch.TakeNudge())
                nudged.Add(i + 1);
            if (watch.IsStuck)
                return ([.. nudged], i + 1);
        }
        return ([.. nudged], 0);
    }

    [TestCase("aaaaa", 3, 5, TestName = "the same again and again")]
    [TestCase("xyzaaaaa", 6, 8, TestName = "the same, after other things")]
    [TestCase("ababababab", 6, 10, TestName = "two in turn")]
    [TestCase("abcabcabcabcabc", 9, 15, TestName = "three in turn")]
    [TestCase("abcdabcdabcdabcdabcd", 12, 20, TestName = "four in turn")]
    public void A_cycle_is_told_once_and_then_stopped(string letters, int nudged, int stuck) =>
        Assert.That(Seen(letters), Is.EqualTo((new[] { nudged }, stuck)).Using<(int[], int)>((a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2));

    [Test]
    public void Two_things_in_no_order_are_no_progress_either()
    {
        var (nudged, stuck) = Seen("abbabaabbaabab");
        Assert.That((nudged.Single(), stuck), Is.EqualTo((10, 14)));
    }

    [TestCase("abcdefghijklmnopqrstuvwxyz")]
    [TestCase("aabbccddeeffgg")]
    [TestCase("abcdeabcdeabcdeabcdeabcde", TestName = "a cycle of five is work")]
    [TestCase("aabcaadeaafg")]
    public void Work_is_left_alone(string letters) => Assert.That(Seen(letters), Is.EqualTo((Array.Empty<int>(), 0)).Using<(int[], int)>((a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2));

    [Test]
    public void Who_did_something_else_after_he_was_told_is_told_again_the_next_time()
    {
        var (nudged, stuck) = Seen("aaabcaaaa");
        Assert.That((nudged, stuck), Is.EqualTo((new[] { 3, 8 }, 0)).Using<(int[], int)>((a, b) => a.Item1.SequenceEqual(b.Item1) && a.Item2 == b.Item2));
    }

    [Test]
    public void A_note_that_did_not_leave_is_owed_still()
    {
        var watch = Watch();
        for (var i = 0; i < 3; i++)
            watch.Observe(1);
        Assert.That((watch.TakeNudge(), watch.TakeNudge()), Is.EqualTo((true, false)));
        watch.OweNudge();
        Assert.That(watch.TakeNudge(), Is.True);
        watch.Observe(2);
        watch.OweNudge();
        Assert.That(watch.TakeNudge(), Is.False, "it is on its way again");
    }

    [Test]
    public void Arguments_count_by_what_they_say_not_by_how_they_are_written()
    {
        static ulong Of(string name, string arguments)
        {
            var signature = new AnswerSignature();
            signature.AddTool(name, System.Text.Encoding.UTF8.GetBytes(arguments));
            return signature.Value;
        }
        var one = Of("find", """{"q": "é", "n": [1, 2]}""");
        Assert.That(Of("find", "{\"q\":\"é\",\n\"n\":[1,2]}"), Is.EqualTo(one));
        Assert.That(Of("find", "\"{\\\"q\\\":\\\"é\\\",\\\"n\\\":[1,2]}\""), Is.EqualTo(one), "as a string that holds it");
        ulong[] others = [Of("find", """{"q":"é","n":[1,3]}"""), Of("find", """{"q":"é","n":[12]}"""), Of("find2", """{"q":"é","n":[1,2]}"""), Of("find", "no JSON"), Of("find", "no JSON 2"), Of("find", "")];
        Assert.That(others.Append(one).Distinct().Count(), Is.EqualTo(7));
    }

    [Test]
    public void Parallel_uses_of_tools_count_in_any_order()
    {
        var (one, other) = (new AnswerSignature(), new AnswerSignature());
        one.AddTool("a", "{}"u8);
        one.AddTool("b", "{}"u8);
        other.AddTool("b", "{}"u8);
        other.AddTool("a", "{}"u8);
        Assert.That(other.Value, Is.EqualTo(one.Value));
    }
}
