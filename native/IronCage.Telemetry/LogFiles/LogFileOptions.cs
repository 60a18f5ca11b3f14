using System.Globalization;
using IronCage.Core.Events;

namespace IronCage.Telemetry;

/// <summary>Where and how a log of events is kept. Checked by <see cref="Validate"/>.</summary>
public sealed record LogFileOptions
{
    /// <summary>The file. Backups stand beside it as <c>PATH.1</c> (the youngest), <c>PATH.2</c> and so on, and its lock as <c>PATH.lock</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes at which a new file is begun. Default 10,000,000; 100,000 to 100,000,000,000.</summary>
    public long MaximumBytes { get; init; } = 10_000_000;

    /// <summary>Earlier files that are kept. Default 5; 0 to 1,000.</summary>
    public int Backups { get; init; } = 5;

    /// <summary>Events at or above this level are written. Default <see cref="EventLevel.Debug"/>: all.</summary>
    public EventLevel Level { get; init; } = EventLevel.Debug;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(Path);
        if (MaximumBytes is < 100_000 or > 100_000_000_000)
            throw new ArgumentOutOfRangeException(nameof(MaximumBytes), string.Create(CultureInfo.InvariantCulture, $"MaximumBytes must be 100000 to 100000000000, and is {MaximumBytes}"));
        if (Backups is < 0 or > 1000)
            throw new ArgumentOutOfRangeException(nameof(Backups), string.Create(CultureInfo.InvariantCulture, $"Backups must be 0 to 1000, and is {Backups}"));
    }
}
