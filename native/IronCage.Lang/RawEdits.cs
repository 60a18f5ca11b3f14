namespace IronCage.Lang;

/// <summary>Applies edits to a body; bytes outside them stay exactly as they were.</summary>
public static class RawEdits
{
    /// <summary>The edit that empties the value at a place: an array to <c>[]</c>, anything else to <c>null</c>.</summary>
    public static RawEdit Empty(ReadOnlySpan<byte> body, Range place) =>
        new(place.Start.Value, place.End.Value, body[place.Start.Value] == (byte)'[' ? "[]"u8.ToArray() : "null"u8.ToArray());

    /// <summary>The edited copy. Edits may come in any order but must not overlap; several insertions at one place keep their order.</summary>
    public static byte[] Apply(ReadOnlySpan<byte> body, List<RawEdit> edits)
    {
        var ordered = edits.OrderBy(e => e.Start).ThenBy(e => e.End).ToList();
        var length = body.Length;
        foreach (var edit in ordered)
            length += edit.Replacement.Length - (edit.End - edit.Start);
        var result = new byte[length];
        int from = 0, to = 0;
        foreach (var edit in ordered)
        {
            body[from..edit.Start].CopyTo(result.AsSpan(to));
            to += edit.Start - from;
            edit.Replacement.Span.CopyTo(result.AsSpan(to));
            to += edit.Replacement.Length;
            from = edit.End;
        }
        body[from..].CopyTo(result.AsSpan(to));
        return result;
    }
}
