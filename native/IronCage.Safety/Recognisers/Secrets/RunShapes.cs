using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>Shapes that a run of one length may have.</summary>
internal sealed class RunShapes
{
    /// <summary>So many are looked at sooner than the words left of the run.</summary>
    private const int Few = 2;

    private static readonly List<TokenShape> None = [];

    private readonly List<TokenShape> free = [];
    private readonly List<TokenShape> announced = [];
    private ContextBits words;
    private AsciiSet behind;
    private bool mayEnd;

    /// <param name="shape">A shape.</param>
    /// <param name="behindRun">The fixed byte of it behind the run, 0 where it ends with the run.</param>
    public void Add(TokenShape shape, byte behindRun)
    {
        mayEnd |= behindRun == 0;
        behind |= behindRun == 0 ? default : AsciiSet.Range((char)behindRun, (char)behindRun);
        (shape.Context is null ? free : announced).Add(shape);
        if (shape.Context is not null)
            words.Add(shape.Context);
    }

    /// <summary>Whether one of them can have that byte behind the run.</summary>
    public bool MayHaveBehind(byte b) => mayEnd || behind.Has(b);

    /// <summary>Those that need no words.</summary>
    public List<TokenShape> Free => free;

    /// <summary>Those that need words left of the run which begins at <paramref name="start"/>; none where no such words stand there.</summary>
    public List<TokenShape> Announced(in TextWindow window, int start) =>
        announced.Count <= Few || words.Intersects(window.Scratch.Contexts(window, start)) ? announced : None;
}
