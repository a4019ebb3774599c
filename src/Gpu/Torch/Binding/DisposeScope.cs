namespace TorchSharp;

/// <summary>Disposes the tensors that were made in it, on its thread, and not moved out. Scopes nest; a scope belongs to one thread and
/// must not span an await.</summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? current;

    private readonly HashSet<torch.Tensor> tensors = new(ReferenceEqualityComparer.Instance);

    internal DisposeScope() => (OuterScope, current) = (current, this);

    internal static DisposeScope? Current => current;

    internal DisposeScope? OuterScope { get; private set; }

    public int DisposablesCount => tensors.Count;

    public bool Contains(torch.Tensor tensor) => tensors.Contains(tensor);

    public torch.Tensor MoveToOuter(torch.Tensor tensor) => Move(tensor, OuterScope);

    public torch.Tensor Detach(torch.Tensor tensor) => Move(tensor, null);

    public void Attach(torch.Tensor tensor) => Move(tensor, this);

    public void DisposeEverything()
    {
        foreach (var tensor in tensors)
        {
            tensor.OwningDisposeScope = null;
            tensor.Dispose();
        }
        tensors.Clear();
    }

    public void Dispose()
    {
        DisposeEverything();
        if (current == this)
            current = OuterScope;
        else
            Unlink();
    }

    internal static torch.Tensor Move(torch.Tensor tensor, DisposeScope? to)
    {
        tensor.OwningDisposeScope?.tensors.Remove(tensor);
        tensor.OwningDisposeScope = to;
        to?.tensors.Add(tensor);
        return tensor;
    }

    internal void Forget(torch.Tensor tensor) => tensors.Remove(tensor);

    /// <summary>Disposed before an inner scope: the inner ones stay, around what is outside this one.</summary>
    private void Unlink()
    {
        for (var scope = current; scope is not null; scope = scope.OuterScope)
            if (scope.OuterScope == this)
                scope.OuterScope = OuterScope;
    }
}

public static partial class torch
{
    public static DisposeScope NewDisposeScope() => new();
    public static DisposeScope? CurrentDisposeScope => DisposeScope.Current;
}
