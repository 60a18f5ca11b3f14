using IronCage.Runtime.Budgets;
using IronCage.Runtime.Calls;
using IronCage.Runtime.Protections;
using IronCage.Runtime.Runs;
using IronCage.Runtime.Scanning;
using IronCage.Safety;

namespace IronCage.Abi.Boundary;

/// <summary>Typed lookups.</summary>
internal static class Handles
{
    private static HandleTable Table => HandleTable.Instance;

    public static EngineHost Engine(ulong handle) => Table.Get<EngineHost>(HandleKind.Engine, handle);

    public static Hosted<SharedBudget> Budget(ulong handle) => Table.Get<Hosted<SharedBudget>>(HandleKind.Budget, handle);

    public static Hosted<Protection> Protection(ulong handle) => Table.Get<Hosted<Protection>>(HandleKind.Protection, handle);

    public static Hosted<Run> Run(ulong handle) => Table.Get<Hosted<Run>>(HandleKind.Run, handle);

    public static Hosted<Scanner> Scanner(ulong handle) => Table.Get<Hosted<Scanner>>(HandleKind.Scanner, handle);

    public static Hosted<StreamScan> Stream(ulong handle) => Table.Get<Hosted<StreamScan>>(HandleKind.Stream, handle);

    public static Hosted<BudgetHold> Hold(ulong handle) => Table.Get<Hosted<BudgetHold>>(HandleKind.Hold, handle);

    public static Hosted<ProtectedCall> Call(ulong handle) => Table.Get<Hosted<ProtectedCall>>(HandleKind.Call, handle);
}
