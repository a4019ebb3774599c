using Kindred.Actors.Messaging;
using Kindred.Actors.Protocol.Store;

namespace Kindred.Actors.Protocol;

/// <summary>Coordinator → every worker, right after a commit: tell me a hash of the state that you have just reached. Repeated when unanswered.</summary>
public sealed record HashState(int Term, TermStep At) : ITermed;

/// <summary>Worker → coordinator: XxHash128 of the whole model state, hexadecimal; null: I never held that state, or am past it.</summary>
public sealed record StateHashed(int Term, ulong Life, TermStep At, string? Hash) : ITermed;

/// <summary>Coordinator → worker: your state isn't the majority's. Restart without one. Only for the life that has drifted.</summary>
public sealed record DropState(int Term, ulong Life) : ITermed;
