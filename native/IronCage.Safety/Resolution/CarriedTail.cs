using IronCage.Safety.Recognisers;
using IronCage.Safety.Text;

namespace IronCage.Safety.Resolution;

/// <summary>Marks a weak candidate of which only the part before a place is decided: in the rest something better may begin. The next part is accepted next.</summary>
/// <param name="limit">That place, in the whole text.</param>
internal sealed class CarriedTail(long limit) : FindingTail
{
    public long Limit => limit;

    public override MatchState Read(in TextWindow window, int limit, ref int end) => MatchState.Match;
}
