namespace IronCage.Safety.Tests;

/// <summary>
/// Invented credentials of the right shape, put together at run time so that no file of the repository holds one (secret scanners would stop every push).
/// </summary>
internal static class Fakes
{
    private const string Alphanumeric = "q7Zk2WmX9bTf4HsL8cRv1NgY6pDj3KxB5nQe0GtUaSdFhJiMoPrVwCyEzAuOlI";

    public static string OpenAILegacy => "sk-" + Body(20) + "T3BlbkFJ" + Body(20, 7);

    public static string OpenAIProject => "sk-proj-" + Body(50) + "_-T3BlbkFJ" + Body(50, 9) + "-x_";

    public static string Anthropic => "sk-ant-" + "api03-" + Body(60) + "-_" + Body(31, 3) + "AA";

    public static string Google => "AI" + "za" + Body(33, 5) + "-_";

    public static string AwsAccess => "AK" + "IA" + "Y34FZKBOKMUTVV7Q";

    public static string AwsTemporary => "AS" + "IA" + "Y34FZKBOKMUTVV7A";

    public static string AwsSecret => "wJalrXUtnFEMI/" + "K7MDENG/bPxRfiCYzq8TvLmWnK";

    public static string AzureHex => "3f9a" + "7c21b8e04d56" + "9012fa7be4c3d8a1";

    public static string AzureMarked => Body(52) + "JQQJ99" + Body(18, 11) + "ACOG" + Body(4, 3);

    public static string AzureAccount => Body(50) + "+/" + Body(34, 4) + "==";

    public static string GitHub => "gh" + "p_" + Body(36, 2);

    public static string GitHubFine => "github" + "_pat_" + Body(22) + "_" + Body(59, 8);

    public static string HuggingFace => "h" + "f_" + "QzkWmXbTfHsLcRvNgYpDjKxBnQeGtUaSdF";

    public static string Groq => "gs" + "k_" + Body(52, 6);

    public static string Xai => "xa" + "i-" + Body(80, 1);

    public static string GoogleNew => "AQ" + ".Ab8" + Body(50, 3);

    public static string GoogleOAuth => "ya" + "29." + Body(60, 8) + "-_" + Body(40);

    public static string AwsBedrock => "AB" + "SK" + Body(60) + "+/" + Body(50, 2) + "==";

    public static string OpenRouter => "sk-" + "or-v1-" + AzureHex + AzureHex;

    public static string Perplexity => "pp" + "lx-" + Body(48, 4);

    public static string Replicate => "r" + "8_" + Body(37, 6);

    public static string Jwt => "eyJhbGciOiJIUzI1NiIs" + "InR5cCI6IkpXVCJ9." + "eyJzdWIiOiIxMjM0Iiwicm9sZSI6InVzZXIifQ." + Body(43, 6);

    public static string Putty =>
        "PuTTY-User-" + "Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 2\n" + Body(64) + "\n" + Body(20) + "\nPrivate-Lines: 1\n" + Body(44, 3) + "=\nPrivate-MAC: " + AzureHex + AzureHex;

    public static string SendGrid => "S" + "G." + Body(22, 2) + "." + Body(43, 5);

    public static string Pem(string label = "RSA PRIVATE KEY", string eol = "\n", int lines = 4, bool end = true) =>
        $"-----BEGIN {label}-----{eol}"
        + string.Concat(Enumerable.Range(0, lines).Select(i => Body(64, i) + eol))
        + (end ? $"Zm9v{Body(17)}=={eol}-----END {label}-----" : "");

    public static string Body(int length, int from = 0) => string.Concat(Enumerable.Range(from, length).Select(i => Alphanumeric[i % Alphanumeric.Length]));

    public static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    public static string Hex(string text) => Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(text));
}
