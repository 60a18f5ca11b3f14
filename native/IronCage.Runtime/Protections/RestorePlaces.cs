using System.Collections.Frozen;

namespace IronCage.Runtime.Protections;

/// <summary>Where values come back in place of their tokens. Immutable.</summary>
public sealed class RestorePlaces
{
    /// <summary>In what the model says to its user.</summary>
    public const string Answer = "answer";

    /// <summary>Before the name of a tool: in its arguments.</summary>
    public const string ToolPrefix = "tool:";

    private const int LongestTool = 256;

    private readonly FrozenSet<string> _places;

    private RestorePlaces(IEnumerable<string> places) => _places = places.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The default: the answer.</summary>
    public static RestorePlaces Default { get; } = new([Answer]);

    /// <summary>Whether values come back nowhere.</summary>
    public bool IsEmpty => _places.Count == 0;

    /// <summary>Whether it is a place: <c>answer</c>, or <c>tool:NAME</c>.</summary>
    public static bool IsPlace(string place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place == Answer || (place.StartsWith(ToolPrefix, StringComparison.Ordinal) && place.Length > ToolPrefix.Length && place.Length <= ToolPrefix.Length + LongestTool);
    }

    /// <summary>These places.</summary>
    /// <exception cref="ArgumentException">One is none.</exception>
    public static RestorePlaces Of(IReadOnlyCollection<string> places)
    {
        ArgumentNullException.ThrowIfNull(places);
        return places.All(IsPlace) ? new(places) : throw new ArgumentException("not a place", nameof(places));
    }

    /// <summary>Whether values come back there.</summary>
    public bool Has(string place) => _places.Contains(place);

    /// <summary>Those of both.</summary>
    public RestorePlaces And(RestorePlaces other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(_places.Where(other.Has));
    }
}
