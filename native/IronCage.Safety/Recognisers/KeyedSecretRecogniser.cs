using IronCage.Safety.Kinds;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers;

/// <summary>
/// Credentials without a beginning of their own: a run of base64 characters of exactly the right length, after words that say what it is. An
/// Azure key of 84 characters carries a mark instead (<c>JQQJ99</c> after 52), and then needs no words.
/// </summary>
internal sealed class KeyedSecretRecogniser(bool aws, bool azure) : Recogniser
{
    private const float MarkedScore = 0.99f;
    private const float ContextScore = 0.98f;
    private const float HexScore = 0.85f;
    private const int AwsLength = 40;
    private const int HexLength = 32;
    private const int AzureLength = 84;
    private const int AccountLength = 86;
    private const int SharedLength = 43;
    private const int MarkAt = 52;

    private static readonly byte[][] Secret = Words("secret");
    private static readonly byte[][] KeyOrAws = Words("key", "aws");
    private static readonly byte[][] Key = Words("key");
    private static readonly byte[][] Azure = Words("azure", "ocp-apim", "cognitive", "openai", "subscription", "api-key");
    private static readonly byte[][] Account = Words("accountkey", "account_key", "account key", "storage", "azure");
    private static readonly byte[][] Shared = Words("sharedaccesskey", "shared_access_key", "shared access key");

    public override Trigger Triggers => Trigger.Token;

    private static ReadOnlySpan<byte> Mark => "JQQJ99"u8;

    public override MatchState Examine(in TextWindow window, int anchor, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, anchor);
        if (start > 0 && (text[start - 1] is (byte)'_' or (byte)'-' or (byte)'+' or (byte)'/' || !Edge.LeftFree(text, start)))
            return MatchState.NoMatch;

        int length = 0;
        while (length <= AccountLength && start + length < text.Length && ByteClass.IsBase64(text[start + length]))
            length++;
        int end = start + length;
        if (length > AccountLength)
            return MatchState.NoMatch;
        ReadOnlySpan<byte> run = text[start..end];
        if (end == text.Length && !window.Final)
            return CanGrow(text, start, run) ? MatchState.NeedMore : MatchState.NoMatch;
        if (length < HexLength)
            return MatchState.NoMatch;

        if (length is AccountLength or SharedLength)
            return Padded(window, start, end, candidates);
        (PiiKind? kind, float score) = Recognise(text, start, run);
        if (kind is null)
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge == MatchState.Match && !(end < text.Length && (text[end] is (byte)'=' or (byte)'-')))
            Add(candidates, window, kind, start, end, score, Evidence.Pattern);
        return edge;
    }

    private static byte[][] Words(params string[] words) => [.. words.Select(System.Text.Encoding.ASCII.GetBytes)];

    /// <summary>Whether a run that the end of the text cut off can still be a secret. Runs longer than the longest unmarked word are let go unless words announced them.</summary>
    private bool CanGrow(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> run)
    {
        int marked = Math.Min(run.Length - MarkAt, Mark.Length);
        if (azure && run.Length <= AzureLength && (marked <= 0 || run.Slice(MarkAt, marked).SequenceEqual(Mark[..marked])))
            return true;
        ReadOnlySpan<byte> context = LeftContext.Before(text, start);
        return (aws && run.Length <= AwsLength && IsAwsContext(context))
            || (azure && run.Length <= AccountLength && (LeftContext.Has(context, Key) || LeftContext.Has(context, Account)));
    }

    private (PiiKind? Kind, float Score) Recognise(ReadOnlySpan<byte> text, int start, ReadOnlySpan<byte> run)
    {
        if (azure && run.Length == AzureLength && run.Slice(MarkAt, Mark.Length).SequenceEqual(Mark))
            return (SecretKinds.AzureKey, MarkedScore);
        ReadOnlySpan<byte> context = LeftContext.Before(text, start);
        if (aws && run.Length == AwsLength && IsAwsContext(context) && IsRandom(run))
            return (SecretKinds.AwsSecretKey, ContextScore);
        if (!azure || !LeftContext.Has(context, Azure) || !LeftContext.Has(context, Key))
            return default;
        if (run.Length == AzureLength && IsRandom(run))
            return (SecretKinds.AzureKey, ContextScore);
        return run.Length == HexLength && IsHex(run) && ByteClass.Distinct(run) >= 8 ? (SecretKinds.AzureKey, HexScore) : default;
    }

    /// <summary>The keys of storage accounts (64 bytes) and of service bus, event hub and IoT hub (32 bytes): base64 with its padding.</summary>
    private MatchState Padded(in TextWindow window, int start, int end, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        ReadOnlySpan<byte> context = LeftContext.Before(text, start);
        bool account = end - start == AccountLength;
        if (!azure || !LeftContext.Has(context, account ? Account : Shared) || !IsRandom(text[start..end]))
            return MatchState.NoMatch;
        int padding = account ? 2 : 1;
        for (int i = 0; i < padding; i++)
        {
            if (end + i >= text.Length)
                return window.Final ? MatchState.NoMatch : MatchState.NeedMore;
            if (text[end + i] != '=')
                return MatchState.NoMatch;
        }

        MatchState edge = Edge.Right(window, end + padding, ""u8);
        if (edge == MatchState.Match)
            Add(candidates, window, SecretKinds.AzureKey, start, end + padding, ContextScore, Evidence.Pattern);
        return edge;
    }

    private static bool IsAwsContext(ReadOnlySpan<byte> context) => LeftContext.Has(context, Secret) && LeftContext.Has(context, KeyOrAws);

    /// <summary>Both cases and many different characters: a key, not a digest, a path or a placeholder.</summary>
    private static bool IsRandom(ReadOnlySpan<byte> run) =>
        run.ContainsAnyInRange((byte)'A', (byte)'Z') && run.ContainsAnyInRange((byte)'a', (byte)'z') && ByteClass.Distinct(run) >= 14;

    private static bool IsHex(ReadOnlySpan<byte> run)
    {
        foreach (byte b in run)
        {
            if (!ByteClass.IsHex(b))
                return false;
        }

        return true;
    }
}
