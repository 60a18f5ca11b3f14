namespace IronCage.Core.Circuits;

/// <summary>A circuit as a store knows it, whoever opened or closed it last.</summary>
/// <param name="Key">By convention <c>host[:port]|model</c>.</param>
/// <param name="IsOpen">Whether it is open.</param>
/// <param name="Until">When the next probe is allowed, by the wall clock of this process; past where it is already.</param>
/// <param name="Change">Counts the changes of all circuits of the store: what is known of a circuit is replaced by what has a higher one.</param>
/// <param name="By">Who changed it: what <see cref="ICircuitBoard.Join"/> answered there.</param>
public sealed record SharedCircuit(string Key, bool IsOpen, DateTimeOffset Until, long Change, string By);
