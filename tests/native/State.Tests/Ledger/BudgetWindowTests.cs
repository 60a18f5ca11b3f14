using CsCheck;
using IronCage.Core.Ledger;

namespace IronCage.State.Tests.Ledger;

public class BudgetWindowTests
{
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns", "America/Havana"];

    private static string Iso(long milliseconds) => milliseconds == long.MaxValue ? "never" : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm");

    [TestCase("day", null, "2026-11-30T07:16Z", "2026-11-30T00:00", "2026-12-01T00:00")]
    [TestCase("day", "Europe/Berlin", "2026-11-30T23:30Z", "2026-11-30T23:00", "2026-12-01T23:00")]
    [TestCase("day", "Europe/Berlin", "2026-03-29T12:00Z", "2026-03-28T23:00", "2026-03-29T22:00", TestName = "A_day_of_23_hours")]
    [TestCase("day", "Europe/Berlin", "2026-10-25T12:00Z", "2026-10-24T22:00", "2026-10-25T23:00", TestName = "A_day_of_25_hours")]
    [TestCase("day", "America/Sao_Paulo", "2018-11-04T12:00Z", "2018-11-04T03:00", "2018-11-05T02:00", TestName = "A_midnight_that_does_not_exist_is_the_end_of_the_gap")]
    [TestCase("day", "America/Havana", "2026-11-01T12:00Z", "2026-11-01T04:00", "2026-11-02T05:00", TestName = "Of_two_midnights_the_first")]
    [TestCase("day", "America/St_Johns", "2010-11-07T03:00Z", "2010-11-07T02:30", "2010-11-08T03:30", TestName = "Clocks_that_go_back_over_midnight_do_not_begin_the_day_before_again")]
    [TestCase("month", null, "2028-02-29T23:59Z", "2028-02-01T00:00", "2028-03-01T00:00")]
    [TestCase("month", "Asia/Kolkata", "2026-12-31T18:30Z", "2026-12-31T18:30", "2027-01-31T18:30")]
    [TestCase("3600", null, "2026-11-30T07:16Z", "2026-11-30T07:00", "2026-11-30T08:00")]
    [TestCase("total", null, "2026-11-30T07:16Z", "1970-01-01T00:00", "never")]
    public void A_window_begins_and_ends(string text, string? zone, string at, string start, string end)
    {
        var bounds = BudgetWindow.Parse(text, zone).Around(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture));
        Assert.That((Iso(bounds.Start), Iso(bounds.End)), Is.EqualTo((start, end)));
    }

    [Test]
    public void Windows_follow_one_another_without_a_gap() =>
        Gen.Select(Gen.OneOf(Gen.Const("day"), Gen.Const("month"), Gen.Const("1"), Gen.Const("86400"), Gen.Const("777")), Gen.Int[0, Zones.Length - 1].Select(i => Zones[i]),
            Gen.Long[0, 4_000_000_000]).Sample((text, zone, seconds) =>
        {
            var window = BudgetWindow.Parse(text, zone);
            var now = DateTimeOffset.FromUnixTimeSeconds(seconds);
            var (start, end) = window.Around(now);
            return start <= now.ToUnixTimeMilliseconds() && now.ToUnixTimeMilliseconds() < end
                && window.Around(DateTimeOffset.FromUnixTimeMilliseconds(start)) == (start, end)
                && window.Around(DateTimeOffset.FromUnixTimeMilliseconds(end)).Start == end
                && window.Around(DateTimeOffset.FromUnixTimeMilliseconds(end - 1)) == (start, end);
        }, iter: 20_000);

    [TestCase("week", null, "must be \"total\"")]
    [TestCase("0", null, "1 to 31622400")]
    [TestCase("31622401", null, "1 to 31622400")]
    [TestCase("1.5", null, "whole number of seconds")]
    [TestCase("day", "Berlin", "IANA")]
    [TestCase("month", "../../etc/passwd", "IANA")]
    public void What_is_no_window_is_told_with_what_is(string text, string? zone, string message) =>
        Assert.That(Assert.Throws<FormatException>(() => BudgetWindow.Parse(text, zone))!.Message, Does.Contain(message));
}
