using System.Text;

namespace IronCage.Lang.Gemini;

/// <summary>Paths of Google's APIs: <c>.../models/NAME:METHOD</c>, at Vertex with project, location and publisher before it.</summary>
internal static class ModelPath
{
    /// <summary>Whether the path calls this method of a model.</summary>
    public static bool Calls(ReadOnlySpan<byte> path, ReadOnlySpan<byte> method)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var colon = name.LastIndexOf((byte)':');
        return colon > 0 && name[(colon + 1)..].SequenceEqual(method);
    }

    /// <summary>The model; null where the path names none, or one with escapes.</summary>
    public static string? Model(ReadOnlySpan<byte> path)
    {
        var name = path[(path.LastIndexOf((byte)'/') + 1)..];
        var colon = name.LastIndexOf((byte)':');
        return colon > 0 && !name.Contains((byte)'%') ? Encoding.UTF8.GetString(name[..colon]) : null;
    }
}
