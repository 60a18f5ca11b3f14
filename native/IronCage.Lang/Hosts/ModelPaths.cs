using System.Text;

namespace IronCage.Lang.Hosts;

/// <summary>
/// URLs that say which model is asked (<c>/openai/deployments/NAME/chat/completions</c> on Azure, <c>/models/NAME/v1/...</c> on hosts of one endpoint for each model). Servers ignore
/// the model in the body then, and putting another one there would change what we believe, not what is billed.
/// </summary>
internal static class ModelPaths
{
    /// <summary>The deployment that a path of Azure names, by the name that its owner gave it; null if none.</summary>
    /// <param name="path">The path of the URL, without query.</param>
    public static string? Deployment(ReadOnlySpan<byte> path)
    {
        var at = path.IndexOf("/deployments/"u8);
        if (at < 0)
            return null;
        var name = path[(at + "/deployments/".Length)..];
        var end = name.IndexOf((byte)'/');
        return end is > 0 and <= BodyString.MaxModelName ? Encoding.UTF8.GetString(name[..end]) : null;
    }

    /// <summary>Whether the path names a model. In doubt it does.</summary>
    /// <param name="path">The path of the URL, without query.</param>
    public static bool Names(ReadOnlySpan<byte> path)
    {
        foreach (var range in path.Split((byte)'/'))
        {
            var segment = path[range];
            if (segment.Contains((byte)'%')
                || Ascii.EqualsIgnoreCase(segment, "deployments"u8) || Ascii.EqualsIgnoreCase(segment, "azure-openai"u8) || Ascii.EqualsIgnoreCase(segment, "engines"u8)
                || Ascii.EqualsIgnoreCase(segment, "models"u8) || Ascii.EqualsIgnoreCase(segment, "model"u8))
                return true;
        }
        return false;
    }
}
