using System.Text;

namespace IronCage.Safety.Tests;

/// <summary>Texts in which much nearly matches, overlaps, touches, or stands at an edge.</summary>
internal static class Corpus
{
    public static readonly string[] Pieces =
    [
        "bob@example.com", "a@b.co.uk", "jürgen.groß@bücher.de", "x@w.T", "foo@bar", "user@1.2.3", "first.last+tag@sub.example.org", "@", "..", "ab@c.de",
        "4111 1111 1111 1111", "4111111111111111", "378282246310005", "4111-1111-1111-1111", "123", "12/27", "6759649826438453",
        "123-45-6789", "123 45 6789", "123456789", "ssn ", "SSN: ", "987654321",
        "+1 212 555 1234", "+44 20 7946 0958", "(212) 555-1234", "212-555-1234", "212.555.1234", "2125551234", "phone ", "Tel: ", "+", "(", ")",
        "020 7946 0958", "01 42 68 53 00", "(030) 1234567", "8 (495) 123-45-67", "090-1234-5678", "+49 (0)30 901820", "(+44) 20 7946 0958", "030 / 901820", " ext. 12", "x12", ";ext=7", " #12", "tel:",
        "DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB29 NWBK 6016 1331 9268 19", "DE",
        "8.8.8.8", "10.0.0.1", "1.2.3.4", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1", "12:30:45", "::1", "::", "1.", ".4", "version ",
        Fakes.OpenAILegacy, Fakes.OpenAIProject, Fakes.Anthropic, Fakes.Google, Fakes.AwsAccess, Fakes.GitHub, Fakes.GitHubFine, Fakes.HuggingFace, Fakes.Groq,
        Fakes.Xai, Fakes.AzureMarked, "aws_secret_access_key=" + Fakes.AwsSecret, Fakes.AwsSecret, "AccountKey=" + Fakes.AzureAccount, "api-key: " + Fakes.AzureHex,
        Fakes.Pem(lines: 1), Fakes.Pem(lines: 1, end: false), "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "sk-", "AIza", "AKIA", "github_pat_",
        "https://example.com/a?x=1,2#y", "http://", "https://en.wikipedia.org/wiki/Iron_(metal)", "www.example.co.uk/x", "docs.example.net", "example.com:8080", "os.path", "https://u:p@example.com/", "?q=", "&x=", "/24", "%eth0",
        "00:1b:44:11:3a:b7", "00-1B-44-11-3A-B7", "001b.4411.3ab7", "DEUTDEFF", "BIC ", "DEUTDEFF500", "name [at] example [dot] org", "a(at)b(dot)de", " [at] ", "[dot]", "(at)",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "wallet ", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed",
        "2024-05-01", "2024-05-01T12:30:45.123+02:00", "2024-05-01 12:30", "1. Mai 2024", "May 1, 2024", "2024年5月1日", "12/05/2024", " 10:00", "May ", "AZ21 NABZ 0000 0000 1370 1000 1944",
        "password=", "\"api_key\": \"", "token: ", "--secret ", "Galway!" + "42xy7", Fakes.Jwt, Fakes.SendGrid, "https://bob:" + "Velvet*42ab@host/", "Server=a;Uid=b;Pwd=", "datadog_api_key = ", Fakes.AzureHex, "xa~", "v^1.1#i^1#",
        "https://hooks.slack" + ".com/services/T0A1B2C3D/B0A1B2C3D/" + Fakes.Body(24, 4), "eyJ", "SG.", "xoxb-", "Bearer ", "${X}", "&sig=",
        "AB123456C", "QQ 12 34 56 C", "SS 36 36 15 B", "nino ", "NHS ", "499 376 0280", "4993760280", "040.152.477-95", "BE 0852.335.733", "CHE-875.263.214", "B395748(4)", "MORGA657054SM9IJ",
        "GZY7NNVM6", "Reisepass ", "RSSMRA85T10A562S", "1 85 05 78 006 084 36", "231193-2935", "9-", "AB", "CHE", "TCKN ", "71641600454", "マイナンバー", "711211810231", "account no. ", "65182616392",
        " ", " ", " ", ", ", ".", "-", ":", "/", "\n", "\\n", "\"", "[", "]", "_", "*", ",", "=", "0", "1", "a", "Hello world", "é", "Ÿ", "中文", "🙂", "×",
        "415\u2011555\u20112671", "+44\u00A020\u202F7946\u20090958", "4111\u00A01111\u00A01111\u00A01111", "123\u201145\u20136789", "DE89\u202F3704\u202F0044\u202F0532\u202F0130\u202F00",
        "bob%40example.com", "bob\\u0040example.com", "jos\\u00e9@example.com", "\u2011", "\u00A0", "\u2014", "\u201C", "%", "%4", "\\", "\\u", "\\u00", "\\u00a0", "\\u2011", "\\b",
        "４１１１ １１１１ １１１１ １１１１", "bob＠example．com", "bob@exa\u200Bmple。com", "b\u043Eb@ex\u0430mple.com", "٤١١١١١١١١١١١١١١١", "\u200B", "。", "．", "\u0441\u043E", "\u0301", "５", "－",
        "%62%6F%62%40%65%78%61%6D%70%6C%65%2E%63%6F%6D", "bob&#64;example&period;com", "&amp;", "&#", "bob=40example.com", "=40", "=", "%25", "\\\\u0040", "\\x2e", "\\/", "https://x.org/",
        Fakes.Base64(Fakes.GitHub), Fakes.Hex("bob@example.com"), Fakes.Base64("mail bob@example.com or call +44 20 7946 0958"), "dGV4dCB3aXRob3V0IGFueXRoaW5nIGluIGl0", "U29t", "Pz8/", "626f",
        "[EMAIL_REDACTED]", "[SSN_REDACTED]", "[PHONE_REDACTED]", "[AWS_SECRET_KEY_REDACTED]", "[EMAIL_RED", "[EMAIL_KJ7Q2ZP4M0XNT5WA]", "[PASSWORD_HASH_ZJ7Q2ZP4M0XNT5WB]", "[EMAIL_KJ7Q2ZP4",
    ];

    public static readonly string[] Texts =
    [
        "",
        "Hello world, nothing here. 2024-05-01 12:30:45 cost $3.50, 100% sure; see §4.2.1.",
        "Write to bob@example.com. Or jürgen@bücher.de, or 邮箱user@example.com联系; call +1 (212) 555-1234 or (212) 555-1234.",
        "Card 4111 1111 1111 1111 123, 4111-1111-1111-1111; Amex 3782 822463 10005.",
        "SSN 123-45-6789, ssn 123456789 and 123 45 6789.",
        "IBAN DE89 3704 0044 0532 0130 00; GB29NWBK60161331926819, NO9386011117947.",
        "NHS 499 376 0280, 957 099 0805; AB123456C AB 12 34 56 C; CPF 040.152.477-95 Reisepass GZY7NNVM6 and B395748(4) DE 936 130 008, CHE-875.263.214 NHI ZBN77VL.",
        "http://8.8.8.8:80/ [2001:db8::1]:443 ::ffff:192.0.2.1 10.0.0.1-10.0.0.9 ::1",
        "+44 20 7946 0958 4111 1111 1111 1111",
        "1.2.3.4.4111111111111111 1.2.3.4.5@example.com a@b.com@c.com",
        "{\"email\":\"bob@example.com\",\"n\":\"\\nx@y.io\",\"k\":\"" + Fakes.AwsAccess + "\",\"s\":\"aws_secret_access_key=" + Fakes.AwsSecret + "\"}",
        Fakes.OpenAILegacy + " " + Fakes.OpenAIProject + "\n" + Fakes.Anthropic + "," + Fakes.Google,
        Fakes.GitHub + "," + Fakes.GitHubFine + ";" + Fakes.HuggingFace + "|" + Fakes.Groq + "|" + Fakes.Xai,
        "AccountKey=" + Fakes.AzureAccount + "; " + Fakes.AzureMarked + " AZURE_API_KEY=" + Fakes.AzureHex,
        "before " + Fakes.Pem() + " after " + Fakes.Pem("EC PRIVATE KEY", "\\n", 1) + Fakes.Pem(end: false) + "{}" + Fakes.Pem("CERTIFICATE", lines: 1),
        "A file with -----BEGIN PRIVATE KEY----- in its first line, ------BEGIN RSA PRIVATE KEY----- too",
        new string('a', 63) + "@example.com " + new string('b', 64) + "@example.com " + new string('c', 65) + "@example.com " + new string('é', 32) + "@example.com "
            + new string('è', 33) + "@example.com x" + new string('è', 32) + "@example.com",
        "bob@" + string.Concat(Enumerable.Repeat("abcdefghi.", 24)) + "com bob@" + string.Concat(Enumerable.Repeat("abcdefghi.", 26)) + "com",
        "phone " + new string(' ', 57) + "2125551234 phone" + new string(' ', 60) + "2125551234 phone" + new string(' ', 59) + "2125551234",
        // What redaction once made findable: rests of addresses beside keys, and numbers that something redacted had held off.
        Fakes.Pem(lines: 1) + "bob@example.com " + Fakes.GitHub + "-1111-1111-1111212.555.1234ab@c.de",
        Fakes.HuggingFace + "first.last+tag@sub.example.orgDE89" + Fakes.Pem(lines: 1, end: false) + "AIzafirst.last+tag@sub.example.orgghp_" + Fakes.Body(36),
        "2001:db8::11..4111111111111111 fe80::1..212-555-1234 ab@c.deversion :10.0.0.1 " + Fakes.OpenAIProject + "_version 8.8.8.8[:",
        "Call 415\u2011555\u20112671 or (415)\u00A0555\u20112671; \u201Cbob\u201D <bob%40example.com>, {\\\"m\\\":\\\"jos\\u00e9\\u0040example.com\\\"} 100% \u2014 50\u202F%",
        "full width ４１１１ １１１１ １１１１ １１１１，bob＠example．com。再见，b\u200Bob@exam\u200Bple.com\u200B (b\u043Eb@ex\u0430mple.com) \u0441\u043E\u0441\u043D\u0430 ١٢٣-٤٥-٦٧٨٩ bob&#64;example.com bob=40example.com",
        "key " + Fakes.Base64(Fakes.GitHub) + ", " + Fakes.Hex("mail bob@example.com") + "/" + Fakes.Base64("call +44 20 7946 0958, not 123") + "+a https://x.org/%62%6F%62%40example.com/%22a%20b%22 text",
        "{\"password\":\"Galway!" + "42xy7\",\"note\":\"token: " + Fakes.AzureHex + "\"} export API_KEY='" + Fakes.Body(30) + "' --secret " + Fakes.Body(24, 9) + " Authorization: Bearer " + Fakes.Body(40),
        "before " + Fakes.Jwt + ". " + Fakes.Putty + " postgres://app:Velvet*" + "42ab@db.example.com/x Server=a;User Id=b;Password=Marble!" + "77qz;Encrypt=True; twilio " + Fakes.AzureHex + " " + Fakes.SendGrid,
        Fakes.Pem(lines: 1, end: false) + "v^1.1#i^1#090-1234-5678AccountKey=" + Fakes.AzureAccount + "\u00D7",
        "Write to jane.doe at example dot com, ann dot lee at mail dot example dot co dot uk. mail: joe at host dot de 4111 1111 1111 1111.x at gmail dot com dot",
        "[SSN_REDACTED] 123456789 [PHONE_REDACTED].212-555-1234 8.8.8.8:[EMAIL_REDACTED] 8.8.8.8[EMAIL_REDACTE] 8.8.8.8[X",
        // Each was found, or found otherwise, only when it was redacted or cut.
        "http://N_REDACTED]http://n",
        "x.org/_REDACTED].NET",
        "r@r.de--a(at)b(dot)de",
        "http://m\\%224o.uk",
        "1234[dot][at]e[dot]org",
        "マイナンバー4111 1111 1111 1111.x3-2935ab@c.dev",
        "マイナンバー4111 1111 1111 1111%he9@example.com",
        "apikey= 0B7version\u00A01.2.3.1",
        "https://example.com/" + new string('a', 139) + "/B0A1B2Cs.sla(ck.com/services/T0A1B2C3D/%0A1B2C3C/" + new string('2', 40) + "a@b.co.uk",
        "AccountKey=xB5n" + "Qe0G='09-234-5678",
        string.Concat(Enumerable.Repeat("1.2.3.4 ", 60)) + string.Concat(Enumerable.Repeat("a@b.com@", 60)) + string.Concat(Enumerable.Repeat("+44 20 7946 0958 ", 30)),
    ];

    /// <summary>Bytes that are no UTF-8 around things that are found.</summary>
    public static readonly byte[][] Broken =
    [
        [0xC3, .. "bob@example.com"u8, 0xC3, .. "x@y.io"u8, 0xFF, 0x80, .. "a@b.c"u8, 0xC3, .. "d.com 8.8.8.8"u8, 0xE4, 0xB8],
        [0x80, 0x80, .. "4111111111111111"u8, 0xC3, 0xFE, .. "+12125551234"u8, 0xF0, 0x9F],
    ];

    public static IEnumerable<byte[]> All => Texts.Select(Encoding.UTF8.GetBytes).Concat(Broken);
}
