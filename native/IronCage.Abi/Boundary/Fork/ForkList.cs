using System.Runtime.InteropServices;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>
/// What this process would leave to a forked child. Kept up to date all the time, because a fork comes unannounced, and in the middle of whatever other threads do:
/// every change that a child could see is one write of one pointer.
/// </summary>
internal sealed unsafe class ForkList
{
    public static readonly ForkList Instance = new();

    private readonly Lock _gate = new();
    private readonly ForkState* _state = (ForkState*)NativeMemory.AllocZeroed((nuint)sizeof(ForkState));
    private ForkNode* _last;

    public ForkList()
    {
        _state->Fingerprint = Strings.Fingerprint;
        _state->Version = Strings.Version;
        _state->Magic = ForkState.Mark;
    }

    public ForkState* State => _state;

    /// <summary>Adds an object that the host does not have yet.</summary>
    public ForkRecord Add(ForkKind kind, ReadOnlySpan<byte> options, ForkRecord? engine = null, ForkRecord? of = null, ForkRecord? outer = null,
        string? text = null, nint account = 0, nint extra = 0)
    {
        var node = (ForkNode*)NativeMemory.AllocZeroed((nuint)sizeof(ForkNode));
        node->Kind = (int)kind;
        node->References = 1;
        node->Options = ForkText.Of(options);
        node->Text = ForkText.Of(text);
        node->Account = account;
        node->Extra = extra;
        lock (_gate)
        {
            node->Engine = Refer(engine);
            node->Of = Refer(of);
            node->Outer = Refer(outer);
            node->Previous = _last;
            if (_last is null)
                Publish(ref _state->First, node);
            else
                Publish(ref _last->Next, node);
            _last = node;
        }
        return new ForkRecord(this, node);
    }

    /// <summary>Hosts were added to an engine.</summary>
    public void AddHosts(ForkRecord engine, string specification)
    {
        lock (_gate)
        {
            var before = ForkText.String(engine.Node->Text);
            // What it replaces is left: it is rare, and a child may be reading it.
            Volatile.Write(ref *(nint*)&engine.Node->Text, (nint)ForkText.Of(before is null ? specification : before + "," + specification));
        }
    }

    /// <summary>The host has freed it; it goes when nothing refers to it any more.</summary>
    public void Release(ForkRecord record)
    {
        Volatile.Write(ref record.Node->Handle, 0);
        lock (_gate)
            Dereference(record.Node);
    }

    /// <summary>Goes on with the chain of the parent.</summary>
    /// <returns>Its nodes, oldest first.</returns>
    public List<ForkRecord> TakeOver(ForkState* parent)
    {
        var records = new List<ForkRecord>();
        lock (_gate)
        {
            _state->Slots = parent->Slots;
            _state->First = parent->First;
            for (var node = _state->First; node is not null; node = node->Next)
            {
                node->Previous = _last;
                node->References = node->Handle == 0 ? 0 : 1;
                _last = node;
                records.Add(new ForkRecord(this, node));
            }
            for (var node = _state->First; node is not null; node = node->Next)
            {
                CountReference(node->Engine);
                CountReference(node->Of);
                CountReference(node->Outer);
            }
        }
        return records;
    }

    private static void CountReference(ForkNode* node)
    {
        if (node is not null)
            node->References++;
    }

    private static ForkNode* Refer(ForkRecord? record)
    {
        if (record is null)
            return null;
        record.Node->References++;
        return record.Node;
    }

    private void Dereference(ForkNode* node)
    {
        if (node is null || --node->References > 0)
            return;
        if (node->Previous is null)
            Publish(ref _state->First, node->Next);
        else
            Publish(ref node->Previous->Next, node->Next);
        if (node->Next is null)
            _last = node->Previous;
        else
            node->Next->Previous = node->Previous;
        Dereference(node->Engine);
        Dereference(node->Of);
        Dereference(node->Outer);
        NativeMemory.Free(node->Options);
        NativeMemory.Free(node->Text);
        NativeMemory.Free(node);
    }

    private static void Publish(ref ForkNode* place, ForkNode* node)
    {
        fixed (ForkNode** at = &place)
            Volatile.Write(ref *(nint*)at, (nint)node);
    }
}
