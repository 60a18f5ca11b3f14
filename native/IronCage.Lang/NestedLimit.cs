using System.Globalization;
using System.Text;

namespace IronCage.Lang;

/// <summary>Where an output limit goes that a body does not have, in protocols where it stands in an object of the body.</summary>
/// <param name="config">The object.</param>
/// <param name="field">The limit in it.</param>
internal sealed class NestedLimit(string config, string field)
{
    private int _start = -1;
    private bool _isEmpty;
    private Range? _null;

    /// <summary>Where the object begins in the body.</summary>
    public void SetObject(int brace, bool isEmpty) => (_start, _isEmpty) = (brace, isEmpty);

    /// <summary>Where a null stands in its place.</summary>
    public void SetNull(Range place) => _null = place;

    /// <summary>The edit that writes it.</summary>
    /// <param name="limit">In tokens.</param>
    /// <param name="bodyStart">Behind the first brace of the body.</param>
    public RawEdit Insert(long limit, int bodyStart)
    {
        var entry = string.Create(CultureInfo.InvariantCulture, $"\"{field}\":{limit}");
        if (_null is { } place)
            return new RawEdit(place.Start.Value, place.End.Value, Encoding.ASCII.GetBytes($"{{{entry}}}"));
        return _start >= 0
            ? new RawEdit(_start + 1, _start + 1, Encoding.ASCII.GetBytes(_isEmpty ? entry : entry + ","))
            : new RawEdit(bodyStart, bodyStart, Encoding.ASCII.GetBytes($"\"{config}\":{{{entry}}},"));
    }
}
