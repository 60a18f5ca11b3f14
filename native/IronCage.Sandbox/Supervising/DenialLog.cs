using System.Text.Json;

namespace IronCage.Sandbox.Supervising;

/// <summary>What was refused to a tree, each once with how often; bounded, so that a program that tries for ever costs nothing.</summary>
internal sealed class DenialLog
{
    private const int Most = 200;

    private readonly Dictionary<Denial, long> _counts = [];
    private long _more;

    public void Add(Denial denial, long times = 1)
    {
        if (_counts.TryGetValue(denial, out var count))
            _counts[denial] = count + times;
        else if (_counts.Count < Most)
            _counts.Add(denial, times);
        else
            _more += times;
    }

    /// <summary>What the log of somebody else had no room for.</summary>
    public void AddMore(long times) => _more += times;

    /// <summary>As the values of an object that is being written.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("denials");
        foreach (var ((what, target, option), count) in _counts)
        {
            json.WriteStartObject();
            json.WriteString("what", what);
            json.WriteString("target", target);
            json.WriteString("option", option);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteNumber("denials_not_listed", _more);
    }
}
