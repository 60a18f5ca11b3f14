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
        var local = TimeZoneInfo.ConvertTime(instant, _zone!).DateTime;
        var first = Text == "day" ? local.Date : new DateTime(local.Year, local.Month, 1, 0, 0, 0, DateTimeKind.Unspecified);
        var next = Text == "day" ? first.AddDays(1) : first.AddMonths(1);
        return (Begins(first), Begins(next));
    }

    /// <inheritdoc/>
    public bool Equals(BudgetWindow? other) => other is not null && Text == other.Text && Zone == other.Zone;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BudgetWindow);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Text, Zone);

    /// <summary>"day, Europe/Berlin".</summary>
    public override string ToString() => _zone is null || Zone == "UTC" ? Text : $"{Text}, {Zone}";

    /// <summary>When a local midnight is: the first of two where clocks were turned back over it, the end of the gap where they were turned forward.</summary>
    private long Begins(DateTime midnight)
    {
        while (_zone!.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(1);
        var offset = _zone.IsAmbiguousTime(midnight) ? _zone.GetAmbiguousTimeOffsets(midnight).Max() : _zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUnixTimeMilliseconds();
    }

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
