using IronCage.Safety.Kinds;
using IronCage.Safety.Recognisers.Secrets;
using IronCage.Safety.Resolution;
using IronCage.Safety.Text;
using IronCage.Safety.Triggers;

namespace IronCage.Safety.Recognisers.Crypto;

/// <summary>
/// Addresses of cryptocurrencies whose checksum is in them: Base58Check (Bitcoin, Litecoin, Dogecoin, Dash, Zcash, Tron, Tezos), the XRP Ledger, bech32 and bech32m
/// (Bitcoin, Litecoin, Cardano, chains of Cosmos), Bitcoin Cash, Ethereum, Monero, Stellar. Without a checksum (Ethereum in one case, Solana) only after a word that says so.
/// </summary>
internal sealed class WalletRecogniser : Recogniser
{
    private const float Score = 0.95f;
    private const float ContextScore = 0.85f;
    private const int ShortestBase58 = 25;
    private const int LongestBase58 = 36;
    private const int ShortestKey = 32;
    private const int LongestKey = 44;
    private const int KeyBytes = 32;
    private const int LongestBech32 = 110;
    private const int CashSigns = 42;

    private static readonly ContextSet Words = new(
        "wallet", "wallet address", "crypto", "cryptocurrency", "blockchain", "bitcoin", "btc", "ethereum", "ether", "eth", "erc20", "usdt", "usdc", "solana", "sol", "phantom", "metamask", "deposit address",
        "Kryptoadresse", "Krypto", "Geldbörse", "portefeuille", "portefeuille crypto", "billetera", "monedero", "portafoglio", "portafogli", "carteira", "portfel", "cüzdan", "plånbok", "lommebok", "lompakko",
        "кошелёк", "кошелька", "кошелек", "кошельку", "биткоин", "биткойн", "эфир", "эфириум", "криптовалюта", "гаманець", "钱包", "錢包", "比特币", "比特幣", "以太坊", "以太币", "ウォレット", "ビットコイン",
        "イーサリアム", "지갑", "비트코인", "이더리움", "محفظة", "بيتكوين", "बिटकॉइन", "वॉलेट");

    /// <summary>What stands before the 1 of a witness program of a chain like Bitcoin.</summary>
    private static readonly byte[][][] Witness = Names("bc tb bcrt ltc tltc grs vtc dgb");

    /// <summary>What stands before the 1 of plain bech32.</summary>
    private static readonly byte[][][] Plain = Names("addr addr_test stake stake_test zs cosmos osmo juno terra kava secret inj thor bnb band akash celestia sei dydx stars axelar evmos iaa persistence");

    private static readonly byte[][][] Cash = Names("bitcoincash bchtest ecash");

    private static readonly byte[] BitcoinCash = "bitcoincash"u8.ToArray();

    public override Trigger Triggers => Trigger.Token;

    /// <summary>Of the short words only a name of <see cref="Cash"/>, which goes on behind its colon.</summary>
    public override bool MayTakeWord(byte first, byte second, bool isShort)
    {
        if (!isShort)
            return true;
        foreach (byte[] name in Cash[first & 31])
        {
            if (((first ^ name[0]) & ~0x20) == 0 && ((second ^ name[1]) & ~0x20) == 0)
                return true;
        }

        return false;
    }

    public override IEnumerable<ContextSet> Contexts => [Words];

    public override MatchState Examine(in TextWindow window, int place, Trigger trigger, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int start = Edge.SkipEscape(text, place);
        if (start + 2 >= text.Length || !Edge.LeftFree(text, start))
            return MatchState.NoMatch;
        ref readonly TokenRuns runs = ref window.Scratch.Runs(window, start);
        if (runs.UrlSafe < ShortestBase58 && !MayGoOn(window, start, start + runs.Alnum))
            return MatchState.NoMatch;
        ReadOnlySpan<byte> rest = text[start..];
        if (rest[0] == '0' && (rest[1] | 0x20) == 'x')
            return Ethereum(window, start, candidates);
        MatchState state = WithPrefix(window, start, candidates);
        if (state != MatchState.NoMatch)
            return state;
        state = WithoutPrefix(window, start, candidates);
        return state != MatchState.NoMatch ? state : CashPart(window, start, start, BitcoinCash, candidates);
    }

    /// <summary>Whether the address may go on behind so few letters and digits: behind the name of its chain, or behind the text at hand.</summary>
    private static bool MayGoOn(in TextWindow window, int start, int end)
    {
        if (end >= window.Bytes.Length)
            return !window.Final;
        return window.Bytes[end] is (byte)'_' or (byte)'-' || (window.Bytes[end] == ':' && Find(Cash, window.Bytes[start..], (byte)':') is not null);
    }

    /// <summary>By the low five bits of the first letter.</summary>
    private static byte[][][] Names(string names) =>
        [.. Enumerable.Range(0, 32).Select(first => names.Split(' ').Where(name => (name[0] & 31) == first).Select(System.Text.Encoding.ASCII.GetBytes).ToArray())];

    private static MatchState Ethereum(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int from = start + 2;
        int end = from;
        while (end < text.Length && end - from <= EthereumAddress.Digits && ByteClass.IsHex(text[end]))
            end++;
        if (end == text.Length && end - from <= EthereumAddress.Digits && !window.Final)
            return MatchState.NeedMore;
        if (end - from != EthereumAddress.Digits)
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        ReadOnlySpan<byte> digits = text[from..end];
        if (EthereumAddress.IsMixed(digits))
            return EthereumAddress.IsChecked(digits) ? Found(window, start, end, candidates) : MatchState.NoMatch;
        return InContext(window, start, end, candidates);
    }

    /// <summary>The forms that name their chain: <c>bc1…</c>, <c>addr1…</c>, <c>bitcoincash:…</c>.</summary>
    private static MatchState WithPrefix(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> rest = window.Bytes[start..];
        if (Find(Witness, rest, (byte)'1') is { } witness)
            return Data(window, start, witness, isWitness: true, candidates);
        if (Find(Plain, rest, (byte)'1') is { } plain)
            return Data(window, start, plain, isWitness: false, candidates);
        return Find(Cash, rest, (byte)':') is { } cash ? CashPart(window, start, start + cash.Length + 1, cash, candidates) : MatchState.NoMatch;
    }

    /// <summary>The name with which a text begins and behind which the mark stands.</summary>
    private static byte[]? Find(byte[][][] names, ReadOnlySpan<byte> rest, byte mark)
    {
        foreach (byte[] name in names[rest[0] & 31])
        {
            if (rest.Length > name.Length && rest[name.Length] == mark && System.Text.Ascii.EqualsIgnoreCase(rest[..name.Length], name))
                return name;
        }

        return null;
    }

    private static MatchState Data(in TextWindow window, int start, byte[] prefix, bool isWitness, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        int from = start + prefix.Length + 1;
        int end = from;
        while (end < text.Length && end - start <= LongestBech32 && Bech32.IsSign(text[end]))
            end++;
        if (end - start > LongestBech32)
            return MatchState.NoMatch;
        if (end == text.Length && !window.Final)
            return MatchState.NeedMore;
        ReadOnlySpan<byte> data = text[from..end];
        if (data.Length < 30 || IsMixedCase(text[start..end]))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        uint checksum = Bech32.Checksum(text.Slice(start, prefix.Length), data);
        int version = Bech32.Value(data[0]);
        bool right = !isWitness ? checksum == Bech32.PlainConstant
            : version == 0 ? checksum == Bech32.PlainConstant && Bech32.ProgramLength(data) is 20 or 32
            : version <= 16 && checksum == Bech32.ModifiedConstant && Bech32.ProgramLength(data) is >= 2 and <= 40;
        return right ? Found(window, start, end, candidates) : MatchState.NoMatch;
    }

    private static MatchState CashPart(in TextWindow window, int start, int from, byte[] prefix, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        if (from < text.Length && (text[from] | 0x20) is not ('q' or 'p'))
            return MatchState.NoMatch;
        int end = from;
        while (end < text.Length && end - from <= CashSigns && Bech32.IsSign(text[end]))
            end++;
        if (end == text.Length && end - from <= CashSigns && !window.Final)
            return MatchState.NeedMore;
        if (end - from != CashSigns || IsMixedCase(text[from..end]))
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        return Bech32.IsCash(prefix, text[from..end]) ? Found(window, start, end, candidates) : MatchState.NoMatch;
    }

    private static MatchState WithoutPrefix(in TextWindow window, int start, List<Candidate> candidates)
    {
        ReadOnlySpan<byte> text = window.Bytes;
        byte first = text[start];
        bool monero = first is (byte)'4' or (byte)'8';
        bool stellar = first == 'G';
        int most = monero ? MoneroAddress.IntegratedLength : stellar ? StellarAddress.Length : LongestKey;
        Base58 alphabet = first == 'r' ? Base58.Ripple : Base58.Bitcoin;
        int length = stellar ? CapitalRun(text, start, most + 1) : 0;
        length = Math.Max(length, alphabet.Run(text[start..], most + 1));
        if (length > most)
            return MatchState.NoMatch;
        int end = start + length;
        if (end == text.Length && !window.Final)
            return MatchState.NeedMore;
        if (length < ShortestBase58)
            return MatchState.NoMatch;
        MatchState edge = Edge.Right(window, end, ""u8);
        if (edge != MatchState.Match)
            return edge;
        ReadOnlySpan<byte> value = text[start..end];
        if (stellar && length == StellarAddress.Length)
            return StellarAddress.IsChecked(value) ? Found(window, start, end, candidates) : MatchState.NoMatch;
        if (monero && length is MoneroAddress.Length or MoneroAddress.IntegratedLength)
            return MoneroAddress.IsChecked(value) ? Found(window, start, end, candidates) : MatchState.NoMatch;
        if (length > LongestKey || alphabet.Run(value, length) < length)
            return MatchState.NoMatch;
        Span<byte> bytes = stackalloc byte[Base58.LongestBytes];
        if (length <= LongestBase58)
        {
            int count = alphabet.Read(value, bytes);
            bool size = first == 'r' ? count == 25 && bytes[0] == 0 : count == 25 || (count == 26 && first is (byte)'t' or (byte)'z') || (count == 27 && value[2] == '1');
            if (size && Base58.IsChecked(bytes[..count]))
                return Found(window, start, end, candidates);
        }

        // A public key as such: any 32 bytes.
        return length >= ShortestKey && first != 'r' && value.ContainsAnyInRange((byte)'A', (byte)'Z') && value.ContainsAnyInRange((byte)'a', (byte)'z')
            && Base58.Bitcoin.Read(value, bytes) == KeyBytes ? InContext(window, start, end, candidates) : MatchState.NoMatch;
    }

    private static int CapitalRun(ReadOnlySpan<byte> text, int start, int most)
    {
        int i = start;
        while (i < text.Length && i - start < most && (ByteClass.IsUpper(text[i]) || text[i] is >= (byte)'2' and <= (byte)'7'))
            i++;
        return i - start;
    }

    private static bool IsMixedCase(ReadOnlySpan<byte> value) => value.ContainsAnyInRange((byte)'A', (byte)'Z') && value.ContainsAnyInRange((byte)'a', (byte)'z');

    private static MatchState Found(in TextWindow window, int start, int end, List<Candidate> candidates)
    {
        Add(candidates, window, PersonalKinds.Crypto, start, end, Score, Evidence.Pattern | Evidence.Checksum);
        return MatchState.Match;
    }

    private static MatchState InContext(in TextWindow window, int start, int end, List<Candidate> candidates)
    {
        if (!window.HasContext(Words, start))
            return MatchState.NoMatch;
        Add(candidates, window, PersonalKinds.Crypto, start, end, ContextScore, Evidence.Pattern | Evidence.Context);
        return MatchState.Match;
    }
}
