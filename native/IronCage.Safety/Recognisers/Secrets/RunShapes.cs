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

    public void Add(TokenShape shape)
    {
        (shape.Context is null ? free : announced).Add(shape);
        if (shape.Context is not null)
            words.Add(shape.Context);
    }

    /// <summary>Those that need no words.</summary>
    public List<TokenShape> Free => free;

    /// <summary>Those that need words left of the run which begins at <paramref name="start"/>; none where no such words stand there.</summary>
    public List<TokenShape> Announced(in TextWindow window, int start) =>
        announced.Count <= Few || words.Intersects(window.Scratch.Contexts(window, start)) ? announced : None;
}
