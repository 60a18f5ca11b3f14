using System.Globalization;

namespace IronCage.Core.Ledger;

/// <summary>
/// The time for which a limit counts. In windows other than <see cref="Total"/> the spend begins anew at fixed instants: midnight, the first of a month, or the multiples of
/// a number of seconds since 1970 UTC. What is settled is booked in the window in which it is settled; holds that are open when a window ends count in the next.
/// </summary>
public sealed class BudgetWindow : IEquatable<BudgetWindow>
{
    /// <summary>The longest window in seconds: 366 days.</summary>
    public const int MostSeconds = 366 * 86400;

    /// <summary>For ever.</summary>
    public static readonly BudgetWindow Total = new("total", null, 0);

    private readonly TimeZoneInfo? _zone;
    private readonly int _seconds;

    private BudgetWindow(string text, TimeZoneInfo? zone, int seconds) => (Text, _zone, _seconds) = (text, zone, seconds);

    /// <summary>As <see cref="Parse"/> takes it: <c>total</c>, <c>day</c>, <c>month</c> or a number of seconds.</summary>
    public string Text { get; }

    /// <summary>The IANA name of the zone whose midnights count; "UTC" where none do.</summary>
    public string Zone => _zone?.Id ?? "UTC";

    /// <summary>Whether it never ends.</summary>
    public bool IsTotal => ReferenceEquals(this, Total);

    /// <summary>Reads a window.</summary>
    /// <param name="text"><c>total</c>, <c>day</c>, <c>month</c>, or seconds: 1 to 31,622,400.</param>
    /// <param name="zone">An IANA name such as <c>Europe/Berlin</c>; null or "UTC": UTC. Of seconds and the total it changes nothing.</param>
    /// <exception cref="FormatException">It is none; the message says what is accepted.</exception>
    public static BudgetWindow Parse(string text, string? zone)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == "total")
            return Total;
        if (text is "day" or "month")
            return new BudgetWindow(text, FindZone(zone), 0);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= MostSeconds)
            return new BudgetWindow(seconds.ToString(CultureInfo.InvariantCulture), null, seconds);
        throw new FormatException($"must be \"total\", \"day\", \"month\" or a whole number of seconds, 1 to {MostSeconds}");
    }

    /// <summary>The window that holds an instant: its first millisecond since 1970 UTC, and the first one behind it.</summary>
    public (long Start, long End) Around(DateTimeOffset instant)
    {
        if (IsTotal)
            return (0, long.MaxValue);
        var now = instant.ToUnixTimeMilliseconds();
        if (_seconds > 0)
        {
            var length = _seconds * 1000L;
            var start = now - (((now % length) + length) % length);
            return (start, start + length);
        }
        var local = Local(now);
        var first = Text == "day" ? local.Date : new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
        var begin = Begins(first);
        while (true)
        {
            first = Text == "day" ? first.AddDays(1) : first.AddMonths(1);
            var next = Begins(first);
            if (now < next)
                return (begin, next);
            begin = next; // clocks were turned back over a midnight that had come already
        }
    }

    /// <inheritdoc/>
    public bool Equals(BudgetWindow? other) => other is not null && Text == other.Text && Zone == other.Zone;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BudgetWindow);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, Zone);

    /// <summary>"day, Europe/Berlin".</summary>
    public override string ToString() => _zone is null || Zone == "UTC" ? Text : $"{Text}, {Zone}";

    /// <summary>When a local midnight is: the first instant at which the clocks of the zone show it, or a later time. It may come twice, or never.</summary>
    private long Begins(DateTime midnight)
    {
        const long Step = 15 * 60_000;
        // No zone is further from UTC, and none changes its clocks within a quarter of an hour twice.
        var before = new DateTimeOffset(midnight, TimeSpan.Zero).ToUnixTimeMilliseconds() - (16 * 4 * Step);
        while (Local(before + Step) < midnight)
            before += Step;
        var after = before + Step;
        while (after - before > 1)
        {
            var middle = before + ((after - before) / 2);
            if (Local(middle) < midnight)
                before = middle;
            else
                after = middle;
        }
        return after;
    }

    private DateTime Local(long milliseconds) => TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), _zone!).DateTime;

    private static TimeZoneInfo? FindZone(string? zone)
    {
        if (zone is null or "UTC")
            return TimeZoneInfo.Utc;
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(zone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new FormatException("must be an IANA time zone such as \"Europe/Berlin\", or \"UTC\"; if it is one, install the system's time zone data (tzdata)", e);
        }
    }
}
