namespace IronCage.Lang.Gemini;

/// <summary>Gives every call of a function in a stream a number of its own: chunks tell none.</summary>
internal sealed class CallCounter
{
    private ulong _last;

    public ulong Next() => ++_last;
}
