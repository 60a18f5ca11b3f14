using IronCage.Runtime;
using IronCage.Runtime.Budgets;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Safety;

namespace IronCage.Abi.Boundary.Fork;

/// <summary>
/// Stands in the handle table for an object of the parent until it is used: only then it is made, and its store opened. A failure is told and tried again at the next use.
/// </summary>
internal sealed unsafe class Inherited(ForkRecord record, IReadOnlyDictionary<nint, Inherited> all) : IForkRecorded
{
    private readonly Lock _gate = new();
    private object? _made;

    public ForkRecord Record => record;

    private ForkNode* Node => record.Node;

    /// <summary>What <see cref="Resolve"/> made; null before.</summary>
    public object? Made => Volatile.Read(ref _made);

    /// <summary>The object: an <see cref="EngineHost"/>, or something <see cref="Hosted{T}"/>.</summary>
    public object Resolve()
    {
        lock (_gate)
            return _made ??= Make();
    }

    private object Make() => (ForkKind)Node->Kind switch
    {
        ForkKind.Engine => MakeEngine(),
        ForkKind.Budget => MakeBudget(),
        ForkKind.Protection => MakeProtection(),
        ForkKind.Run => MakeRun(),
        ForkKind.Scanner => new Hosted<Scanner>(Get<EngineHost>(Node->Engine), Engine.NewScanner(ForkText.Bytes(Node->Options).ToArray()), record),
        _ => throw new InvalidOperationException("a node of an unknown kind"),
    };

    private EngineHost MakeEngine()
    {
        var host = new EngineHost(ForkText.Bytes(Node->Options).ToArray(), record, Node->Extra);
        if (ForkText.String(Node->Text) is { } hosts)
            host.Engine.AddHosts(hosts);
        foreach (var other in all.Values)
        {
            if ((ForkKind)other.Node->Kind == ForkKind.Account && other.Node->Engine == Node)
                host.Inherit(ForkText.String(other.Node->Text)!, other.Node->Account);
        }
        return host;
    }

    private Hosted<SharedBudget> MakeBudget()
    {
        var host = Get<EngineHost>(Node->Engine);
        return new(host, host.Engine.InheritBudget(ForkText.Bytes(Node->Options).ToArray(), ForkText.String(Node->Text), Node->Account), record);
    }

    private Hosted<Protection> MakeProtection()
    {
        var host = Get<EngineHost>(Node->Engine);
        var budget = Node->Of is null ? null : Get<Hosted<SharedBudget>>(Node->Of).Value;
        var protection = host.Engine.InheritProtection(ForkText.Bytes(Node->Options).ToArray(), budget,
            new ProtectionLegacy(ForkText.String(Node->Text), Node->Account, Node->Extra));
        protection.Handle = Node->Handle;
        return new(host, protection, record);
    }

    private Hosted<Run> MakeRun()
    {
        var host = Get<EngineHost>(Node->Engine);
        var outer = Node->Outer is null ? null : Get<Hosted<Run>>(Node->Outer).Value;
        return new(host, Get<Hosted<Protection>>(Node->Of).Value.InheritRun(outer, Node->Account, Node->Extra), record);
    }

    private T Get<T>(ForkNode* node) where T : class => node is null ? throw new AbiException(Status.Handle, "what the object belongs to was freed before the fork") : (T)all[(nint)node].Resolve();
}
