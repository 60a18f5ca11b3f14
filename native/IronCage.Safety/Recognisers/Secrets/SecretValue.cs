using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Whether what a name is set to can be a secret: no placeholder, no reference to where the secret is, no word, path, number or code.</summary>
internal static class SecretValue
{
    public const int Longest = 256;
    private const int Shortest = 8;
    private const int ShortestKey = 16;
    private const int Uuid = 36;

    private static readonly WordTable Words = new(
        "password", "passwd", "passphrase", "pass", "pwd", "secret", "secrets", "mysecret", "mypassword", "test", "testing", "tester", "admin", "root", "user", "username", "login", "foo", "bar", "foobar", "baz", "qwerty",
        "guest", "default", "none", "null", "nil", "true", "false", "undefined", "token", "key", "apikey", "value", "string", "hidden", "letmein", "welcome", "abc", "hello", "world", "masked", "secure",
        "supersecret", "topsecret", "verysecret", "secretkey", "secretpassword", "testpassword", "testpass", "passw", "todo", "fixme", "unknown", "empty", "unset", "optional", "required", "my", "some", "a", "the", "pw");

    /// <summary>Whether the value of a name of this strength can be a secret.</summary>
    public static bool IsPlausible(ReadOnlySpan<byte> value, SecretNameStrength strength, bool isQuoted)
    {
        if (value.Length < Shortest || value.Length > Longest || IsReference(value) || Placeholder.Repeats(value) || Placeholder.HasWord(value) || IsStockWord(value))
            return false;
        Count(value, out int letters, out int digits, out int marks, out int separators, out bool isPlain);
        if (!isPlain || letters + digits < 6 || ByteClass.Distinct(value) < 6)
            return false;
        if (digits == 0 && marks == 0)
            return letters >= ShortestKey && separators == 0 && MixesCases(value) && Randomness.Holds(value);
        if (letters == 0 || IsPath(value) || IsUuidOf(value, strength) || IsDotted(value))
            return false;
        if (strength != SecretNameStrength.Strong && (value.Length < ShortestKey || !Randomness.Holds(value)))
            return false;

        // As people make them up: words, digits and a mark.
        if (marks > 0 && digits > 0)
            return isQuoted || !IsExpression(value);
        return value.Length >= ShortestKey ? Randomness.Holds(value) : ((isQuoted || digits > 2) && IsMixed(value)) || (digits > 1 && Randomness.Holds(value));
    }

    /// <summary>As people write them into addresses: anything but a placeholder or a word that stands for one.</summary>
    public static bool IsPassword(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4 || IsReference(value) || value.Count((byte)'*') > 1 || value.IndexOf("..."u8) >= 0 || Placeholder.HasWord(value) || IsStockWord(value))
            return false;
        Count(value, out int letters, out int digits, out int marks, out _, out bool isPlain);
        return isPlain && letters + digits > 0 && ByteClass.Distinct(value) > 2 && ((digits > 0 && letters > 0) || marks > 0 || (letters >= ShortestKey && Randomness.Holds(value)));
    }

    private static void Count(ReadOnlySpan<byte> value, out int letters, out int digits, out int marks, out int separators, out bool isPlain)
    {
        (letters, digits, marks, separators) = (0, 0, 0, 0);
        isPlain = true;
        foreach (byte b in value)
        {
            if (ByteClass.IsLetter(b))
                letters++;
            else if (ByteClass.IsDigit(b))
                digits++;
            else if (b is (byte)'_' or (byte)'-' or (byte)'.' or (byte)'/' or (byte)':' or (byte)',' or (byte)'=')
                separators++;
            else if (b is > 0x20 and < 0x7F)
                marks++;
            else
                isPlain = false;
        }
    }

    /// <summary><c>$VAR</c>, <c>${VAR}</c>, <c>{{ var }}</c>, <c>%VAR%</c>, <c>%(var)s</c>, <c>&lt;var&gt;</c>, <c>@var</c>, <c>os.environ[…]</c>, <c>f(…)</c>, <c>--option</c>.</summary>
    private static bool IsReference(ReadOnlySpan<byte> value)
    {
        if (value.Length == 0 || value[0] is (byte)'$' or (byte)'{' or (byte)'<' or (byte)'[' or (byte)'(' or (byte)'|' or (byte)'\\' or (byte)'#')
            return true;
        if (value[0] == '%' && (value[1..].Contains((byte)'%') || value.Length < 4 || value[1] is (byte)'(' or (byte)'s' or (byte)'{'))
            return true;
        if (value.StartsWith("--"u8) || value.StartsWith("@"u8) || value.StartsWith("!"u8) || value.StartsWith("&"u8))
            return true;
        return value.IndexOf("${"u8) >= 0 || value.IndexOf("{{"u8) >= 0 || value.IndexOf("$("u8) >= 0 || value.IndexOf("environ"u8) >= 0 || value.IndexOf("getenv"u8) >= 0 || value.IndexOf("process.env"u8) >= 0
            || value.IndexOf("://"u8) >= 0 || value.IndexOf("REDACTED"u8) >= 0 || ReplacedForm.IsIn(value) || value.IndexOf("->"u8) >= 0 || value.IndexOf("::"u8) >= 0 || value.IndexOf("**"u8) >= 0 || value.Contains((byte)'(')
            || value.Contains((byte)'{') || value.Contains((byte)'<');
    }

    /// <summary>A word that stands for a secret, with digits and marks around it at most: <c>password1</c>, <c>test_123!</c>.</summary>
    private static bool IsStockWord(ReadOnlySpan<byte> value)
    {
        int words = 0;
        for (int i = 0; i < value.Length; i++)
        {
            if (!ByteClass.IsLetter(value[i]))
                continue;
            int start = i;
            while (i < value.Length && ByteClass.IsLetter(value[i]))
                i++;
            if (!Words.Has(value[start..i]))
                return false;
            words++;
        }

        return words > 0;
    }

    private static bool IsPath(ReadOnlySpan<byte> value)
    {
        if (value[0] is (byte)'/' or (byte)'~' or (byte)'.' || value.StartsWith("C:"u8) || value.Contains((byte)'\\'))
            return value[0] != '/' || value.Count((byte)'/') > 1 || !Randomness.Holds(value);
        return value.Contains((byte)'/') && !Randomness.Holds(value);
    }

    /// <summary>A UUID is a number of a thing unless its name is sure.</summary>
    private static bool IsUuidOf(ReadOnlySpan<byte> value, SecretNameStrength strength) =>
        strength != SecretNameStrength.Strong && value.Length == Uuid && value[8] == '-' && value[13] == '-' && value[18] == '-' && value[23] == '-';

    /// <summary>Members of things, host names, versions, times: <c>config.db2.password</c>, <c>1.2.3-rc4</c>, <c>12:30:45</c>.</summary>
    private static bool IsDotted(ReadOnlySpan<byte> value)
    {
        int joints = value.Count((byte)'.') + value.Count((byte)':') + value.Count((byte)',');
        return joints > 0 && (joints * 12 > value.Length || !Randomness.Holds(value));
    }

    /// <summary>Without quotes, operators are those of a program where letters and digits alone would make names.</summary>
    private static bool IsExpression(ReadOnlySpan<byte> value) =>
        value.ContainsAny((byte)';', (byte)'"', (byte)'\'') || (value.ContainsAny((byte)'+', (byte)'*', (byte)'|') && !Randomness.Holds(value) && value.Length > 24) || value[^1] is (byte)'\\' or (byte)'%';

    /// <summary>Letters of both cases and digits.</summary>
    private static bool IsMixed(ReadOnlySpan<byte> value) => MixesCases(value) && value.ContainsAnyInRange((byte)'0', (byte)'9') && (Randomness.Holds(value) || value.Length >= 10);

    private static bool MixesCases(ReadOnlySpan<byte> value) => value.ContainsAnyInRange((byte)'A', (byte)'Z') && value.ContainsAnyInRange((byte)'a', (byte)'z');
}
