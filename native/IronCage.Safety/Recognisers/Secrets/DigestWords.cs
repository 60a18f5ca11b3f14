using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Words before what looks like a key and is a digest or a number of something.</summary>
internal static class DigestWords
{
    public static readonly ContextSet Words = new(
        "sha", "md5", "md5sum", "commit", "checksum", "digest", "hash", "fingerprint", "revision", "etag", "uuid", "guid", "trace id", "span id", "request id", "correlation id",
        "integrity", "blob", "tree", "parent", "branch", "nonce", "salt", "serial", "build id");
}
