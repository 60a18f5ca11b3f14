using System.Collections.Immutable;

namespace IronCage.Sandbox.Seccomp;

/// <summary>
/// Writes a programme from its end to its beginning: what an instruction jumps to is there before it, so that all jumps go forward and their lengths are known.
/// The same instruction with the same targets is written once. A place is the number of instructions that were there before.
/// </summary>
internal sealed class BpfAssembler
{
    /// <summary>Conditional jumps count in a byte; farther ones go over a jump of 32 bits.</summary>
    private const int LongestBranch = byte.MaxValue;

    private readonly List<BpfInstruction> _backwards = [];
    private readonly Dictionary<(ushort Code, uint K, int True, int False), int> _places = [];

    public int Return(uint value) => Once((BpfCode.Return, value, -1, -1), () => Append(new BpfInstruction(BpfCode.Return, 0, 0, value)));

    /// <summary>An instruction that goes on with the next.</summary>
    public int Step(ushort code, uint operand, int next) => Once((code, operand, next, -1), () =>
    {
        if (next != _backwards.Count - 1)
            Jump(next);
        return Append(new BpfInstruction(code, 0, 0, operand));
    });

    public int Branch(ushort code, uint operand, int whenTrue, int whenFalse) => whenTrue == whenFalse
        ? whenTrue
        : Once((code, operand, whenTrue, whenFalse), () =>
        {
            var (near, far) = (whenTrue, whenFalse);
            // A jump that is put between makes the other way longer by one, so both are looked at until none is needed.
            while (Distance(near) > LongestBranch || Distance(far) > LongestBranch)
            {
                if (Distance(near) > LongestBranch)
                    near = Jump(near);
                else
                    far = Jump(far);
            }
            return Append(new BpfInstruction(code, (byte)Distance(near), (byte)Distance(far), operand));
        });

    /// <summary>The programme that begins at a place.</summary>
    public ImmutableArray<BpfInstruction> From(int start)
    {
        if (start != _backwards.Count - 1)
            Jump(start);
        var programme = _backwards.ToArray();
        Array.Reverse(programme);
        return [.. programme];
    }

    private int Distance(int target) => _backwards.Count - target - 1;

    private int Jump(int target) => Append(new BpfInstruction(BpfCode.Jump, 0, 0, (uint)Distance(target)));

    private int Once((ushort, uint, int, int) key, Func<int> write)
    {
        if (!_places.TryGetValue(key, out var place))
            _places[key] = place = write();
        return place;
    }

    private int Append(BpfInstruction instruction)
    {
        _backwards.Add(instruction);
        return _backwards.Count - 1;
    }
}
