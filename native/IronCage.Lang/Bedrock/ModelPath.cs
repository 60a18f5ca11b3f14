using System.Text;

namespace IronCage.Lang.Bedrock;

/// <summary>Paths of Bedrock's runtime: <c>/model/NAME/OPERATION</c>, where the name may be an ARN, and is percent-encoded.</summary>
internal static class ModelPath
{
    private static ReadOnlySpan<byte> Before => "/model/"u8;

    /// <summary>Whether the path asks this of a model.</summary>
    public static bool Asks(ReadOnlySpan<byte> path, ReadOnlySpan<byte> operation)
    {
        var last = path.LastIndexOf((byte)'/');
        return last > 0 && path[(last + 1)..].SequenceEqual(operation) && path[..(last + 1)].IndexOf(Before) is var start and >= 0 && start + Before.Length < last;
    }

    /// <summary>The model; null where the path names none, or none that can be decoded.</summary>
    public static string? Model(ReadOnlySpan<byte> path)
    {
        var last = path.LastIndexOf((byte)'/');
        var start = path.IndexOf(Before);
        if (start < 0 || start + Before.Length >= last)
            return null;
        var name = path[(start + Before.Length)..last];
        var decoded = new byte[name.Length];
        var length = 0;
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != (byte)'%')
            {
                decoded[length++] = name[i];
                continue;
            }
            if (i + 2 >= name.Length || !char.IsAsciiHexDigit((char)name[i + 1]) || !char.IsAsciiHexDigit((char)name[i + 2]))
                return null;
            decoded[length++] = Convert.FromHexString(Encoding.ASCII.GetString(name.Slice(i + 1, 2)))[0];
            i += 2;
        }
        return length <= BodyString.MaxModelName && !decoded.AsSpan(0, length).ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Encoding.ASCII.GetString(decoded.AsSpan(0, length)) : null;
    }
}
