using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Places;

/// <summary>The recognisers that can find something at a number, by how it begins. Immutable.</summary>
internal sealed class NumberIndex
{
    private readonly Recogniser[] all;
    private readonly Recogniser[][] byStart = new Recogniser[NumberStart.Count][];

    /// <param name="recognisers">Those that are asked at numbers, in order.</param>
    public NumberIndex(Recogniser[] recognisers)
    {
        all = recognisers;
        for (int index = 0; index < byStart.Length; index++)
        {
            var start = NumberStart.Of(index);
            byStart[index] = Array.FindAll(recognisers, recogniser => recogniser.MayTake(start));
        }
    }

    /// <summary>Those to ask at the number at <paramref name="place"/>.</summary>
    public Recogniser[] At(in TextWindow window, int place)
    {
        if (all.Length == 0)
            return all;
        NumberRun number = window.Number(place);
        return number.IsOpen && number.Groups == 1 ? all : byStart[NumberStart.Index(window.Bytes, place, number)];
    }
}
