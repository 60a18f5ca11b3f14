using System.Globalization;

namespace IronCage.Cost.Tests;

/// <summary>A clock that stands at the beginning of a day (UTC) until it is moved.</summary>
internal sealed class FixedTime(string date) : TimeProvider
{
    public DateTimeOffset Now { get; set; } =
        new(DateTime.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture), TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
