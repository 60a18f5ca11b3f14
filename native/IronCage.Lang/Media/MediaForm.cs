using System.Text;

namespace IronCage.Lang.Media;

/// <summary>The fields of a form that asks for media. Those that are known stand in it at most once; all that are texts are screened.</summary>
internal static class MediaForm
{
    /// <summary>Takes a field that decides what the request costs.</summary>
    /// <returns>What it should have been; null when it is that.</returns>
    public delegate string? Known(string field, string value);

    /// <summary>Reads the body. On failure <paramref name="problem"/> is one line without content of the body.</summary>
    /// <param name="body">The body.</param>
    /// <param name="request">Receives what is found.</param>
    /// <param name="known">The fields beside <c>model</c> that count.</param>
    /// <param name="take">Takes one of them.</param>
    /// <param name="file">Takes a file.</param>
    /// <param name="problem">Why not.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, MediaRequest request, IReadOnlyList<string> known, Known take, Action file, out string problem)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var read = MultipartForm.TryRead(body, (all, name, isFile, content) =>
        {
            if (isFile)
            {
                request.UnscannableParts++;
                file();
                return null;
            }
            var field = name.Length <= 64 ? Encoding.UTF8.GetString(name) : "";
            if (field != "model" && !known.Contains(field))
            {
                request.AddField(content);
                return null;
            }
            if (!seen.Add(field))
                return $"the form has the field \"{field}\" twice";
            if (field == "model")
                return request.SetModel(all, content) is { } accepted ? $"\"model\" is not {accepted}" : null;
            return take(field, Encoding.UTF8.GetString(all[content])) is { } wanted ? $"\"{field}\" is not {wanted}" : null;
        }, out problem);
        if (read && request.Model.Length == 0)
            problem = "the body names no model";
        return problem.Length == 0;
    }

    /// <summary>A boolean as forms have it.</summary>
    /// <returns>What it should have been; null when it is that.</returns>
    public static string? Boolean(string value, out bool read)
    {
        read = string.Equals(value, "true", StringComparison.OrdinalIgnoreCase) || value == "1";
        return read || string.Equals(value, "false", StringComparison.OrdinalIgnoreCase) || value is "0" or "" ? null : "a boolean";
    }
}
