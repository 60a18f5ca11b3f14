using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Whether the name of a setting, field, variable or option says that its value is a secret: by its last word (<c>db_password</c>, <c>clientSecret</c>, <c>API key</c>, <c>Passwort</c>).</summary>
internal static class SecretName
{
    private const int Longest = 40;

    private static readonly WordTable Strong = new(
        "password", "passwd", "passwords", "pwd", "passphrase", "passcode", "passwort", "kennwort", "secret", "secrets", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "clientsecret",
        "authtoken", "accesstoken", "refreshtoken", "apitoken", "appsecret", "apisecret", "userpass", "dbpass", "contraseña", "contrasenya", "clave", "passe", "motdepasse", "senha", "palavrapasse", "hasło", "haslo",
        "wachtwoord", "lösenord", "losenord", "salasana", "adgangskode", "passord", "şifre", "sifre", "parola", "heslo", "jelszó", "пароль", "Пароль", "密码", "密碼", "口令", "密钥", "パスワード", "秘密鍵", "비밀번호", "암호",
        "पासवर्ड", "รหัสผ่าน", "geheimnis", "segreto", "secreto", "sekret", "segredo");

    private static readonly WordTable Weak = new("token", "pass", "pw", "auth", "credential", "credentials", "authorization", "bearer", "pat", "jeton", "ключ", "токен", "令牌", "トークン", "토큰");

    /// <summary>Ends of words that are strong although another word is glued before them.</summary>
    private static readonly WordTable Ends = new("password", "passwd", "passphrase", "secret", "apikey", "secretkey", "accesskey", "privatekey", "token", "passwort");

    /// <summary>Words before "key" that make a secret of it.</summary>
    private static readonly WordTable Keys = new(
        "api", "secret", "access", "private", "auth", "encryption", "encrypt", "signing", "sign", "master", "shared", "account", "storage", "app", "application", "service", "consumer", "client",
        "session", "license", "hmac", "jwt", "crypto", "aes", "webhook", "server", "deploy", "admin", "subscription", "write", "ingest", "integration", "cipher", "symmetric", "rest", "stream", "refresh", "bearer", "security");

    /// <summary>Every colon of a JSON text is asked about: most names end as none of the words do.</summary>
    private static readonly WordEndings Endings = new([.. Strong.Words, .. Weak.Words, .. Ends.Words, "key"u8.ToArray(), "sig"u8.ToArray()]);

    /// <summary>Last words of names that may hold a vendor's key, beside those that say secret.</summary>
    private static readonly WordTable Holders = new("key", "keys", "value", "data", "env", "arg", "default", "header", "token", "tokens", "license", "licence", "dsn", "sid", "signature", "sig", "webhook", "hook", "code");

    /// <summary>Whether the letters before <paramref name="end"/> may end a name that says something.</summary>
    public static bool MayEndAt(ReadOnlySpan<byte> text, int end) => Endings.MayEnd(text[..end]);

    /// <summary>How sure the name that ends at <paramref name="end"/> is.</summary>
    public static SecretNameStrength Strength(ReadOnlySpan<byte> text, int end)
    {
        end = SkipNumber(text, end);
        if (end == 0 || !MayEndAt(text, end))
            return SecretNameStrength.None;
        int start = WordStart(text, end);
        ReadOnlySpan<byte> word = text[start..end];
        if (word.Length is 0 or > Longest || !IsFree(text, start))
            return SecretNameStrength.None;
        if (Strong.Has(word))
            return SecretNameStrength.Strong;
        if (System.Text.Ascii.EqualsIgnoreCase(word, "key"u8))
            return IsQualified(text, start) ? SecretNameStrength.Strong : SecretNameStrength.None;
        if (System.Text.Ascii.EqualsIgnoreCase(word, "sig"u8))
            return SecretNameStrength.Signature;
        if (System.Text.Ascii.EqualsIgnoreCase(word, "token"u8) && IsQualified(text, start))
            return SecretNameStrength.Strong;
        if (Weak.Has(word))
            return IsAuthorization(word) ? SecretNameStrength.Authorization : SecretNameStrength.Weak;
        if (Ends.HasEndOf(word))
            return SecretNameStrength.Strong;
        return word[^1] >= 0x80 && (Strong.HasEndOf(word) || Weak.HasEndOf(word)) ? SecretNameStrength.Strong : SecretNameStrength.None;
    }

    /// <summary>Whether the name that ends at <paramref name="end"/> may be that of a key, a token or a field that holds one.</summary>
    public static bool MayHold(ReadOnlySpan<byte> text, int end)
    {
        end = SkipNumber(text, end);
        if (end == 0 || text[end - 1] >= 0x80)
            return true;
        int start = WordStart(text, end);
        return Holders.Has(text[start..end]) || Strength(text, end) != SecretNameStrength.None;
    }

    private static int SkipNumber(ReadOnlySpan<byte> text, int end)
    {
        for (int i = 0; i < 4 && end > 0 && (ByteClass.IsDigit(text[end - 1]) || text[end - 1] == '_'); i++)
            end--;
        return end;
    }

    private static int WordStart(ReadOnlySpan<byte> text, int end)
    {
        int start = end;
        while (start > 0 && end - start <= Longest && ContextWords.IsLetterEnd(text[start - 1]))
        {
            // Scripts without spaces put their words right before those of others.
            if (text[start - 1] >= 0x80 && start < end && text[start] < 0x80 && !(start > 1 && ByteClass.IsLatinPair(text[start - 2], text[start - 1])))
                break;
            start--;
            if (start == 0 || !ByteClass.IsUpper(text[start]))
                continue;
            byte before = text[start - 1];
            if (before is >= (byte)'a' and <= (byte)'z' || (ByteClass.IsUpper(before) && start + 1 < end && !ByteClass.IsUpper(text[start + 1])))
                break;
        }

        return start;
    }

    /// <summary>Not beside a redacted form, and not behind an escape, whose letter would belong to the word.</summary>
    private static bool IsFree(ReadOnlySpan<byte> text, int start)
    {
        if (start == 0 || !ByteClass.IsWord(text[start - 1]))
            return Edge.LeftFree(text, start);
        int name = start;
        while (name > 0 && start - name < Longest && ByteClass.IsWord(text[name - 1]))
            name--;
        return !ReplacedForm.IsAtEnd(text[..name]);
    }

    private static bool IsQualified(ReadOnlySpan<byte> text, int start)
    {
        int end = start;
        if (end > 0 && text[end - 1] is (byte)'_' or (byte)'-' or (byte)'.' or (byte)' ')
            end--;
        int word = WordStart(text, end);
        return Keys.Has(text[word..end]) && IsFree(text, word);
    }

    private static bool IsAuthorization(ReadOnlySpan<byte> word) => System.Text.Ascii.EqualsIgnoreCase(word, "authorization"u8);
}
