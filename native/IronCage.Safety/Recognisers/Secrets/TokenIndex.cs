namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Many shapes by what stands at their trigger, so that their number costs nothing where none of them can begin.</summary>
internal sealed class TokenIndex
{
    private const int HashBits = 11;
    private const int Families = 4;

    private static readonly AsciiSet[] Sets = [ShapeNotation.Alnum, ShapeNotation.UrlSafe, ShapeNotation.Base64, ShapeNotation.Dotted];

    private readonly TokenShape[]?[] byBeginning = new TokenShape[1 << HashBits][];
    private readonly TokenShape[]?[] byByteBefore = new TokenShape[128][];
    private readonly RunShapes?[] byRun = new RunShapes[Families * (TokenRuns.Most + 1)];

    public TokenIndex(IEnumerable<TokenShape> shapes)
    {
        foreach (TokenShape shape in shapes)
        {
            if (shape.Beginning.Length >= 2)
                Enter(byBeginning, Hash(shape.Beginning[0], shape.Beginning[1]), shape);
            else if (shape.HeadLength > 0)
                Enter(byByteBefore, shape.Before, shape);
            else
                EnterRun(shape);
            LongestHead = Math.Max(LongestHead, shape.HeadLength);
        }
    }

    /// <summary>The most bytes that stand before the trigger of a shape.</summary>
    public int LongestHead { get; }

    /// <summary>The most bytes of a run that can become a token without words that announce it.</summary>
    public int LongestFree { get; private set; }

    public ReadOnlySpan<TokenShape> BeginningWith(byte first, byte second) => byBeginning[Hash(first, second)];

    public ReadOnlySpan<TokenShape> After(byte before) => byByteBefore[before & 127];

    public RunShapes? OfAlnum(int length) => OfRun(0, length);

    public RunShapes? OfUrlSafe(int length) => OfRun(1, length);

    public RunShapes? OfBase64(int length) => OfRun(2, length);

    public RunShapes? OfDotted(int length) => OfRun(3, length);

    private RunShapes? OfRun(int family, int length) => length > TokenRuns.Most ? null : byRun[(family * (TokenRuns.Most + 1)) + length];

    private void EnterRun(TokenShape shape)
    {
        int family = Array.FindIndex(Sets, shape.LeadsWith);
        if (family < 0)
            throw new ArgumentException($"A shape of {shape.Kind} begins with bytes that no run holds.");
        shape.Lead(Sets[family], out int min, out int max);
        for (int length = min; length <= Math.Min(max, TokenRuns.Most); length++)
            (byRun[(family * (TokenRuns.Most + 1)) + length] ??= new RunShapes()).Add(shape, shape.Behind(Sets[family]));
        if (shape.Context is null)
            LongestFree = Math.Max(LongestFree, max);
    }

    private static int Hash(byte first, byte second) => ((first * 37) ^ (second * 5)) & ((1 << HashBits) - 1);

    private static void Enter(TokenShape[]?[] table, int place, TokenShape shape) => table[place] = [.. table[place] ?? [], shape];
}
