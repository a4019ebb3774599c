using Kindred.Gpu.Torch;

namespace TorchSharp;

/// <summary>Gradients. Whether graphs are recorded is a property of the thread.</summary>
public static partial class torch
{
    public static IDisposable no_grad() => new AutoGradMode(false);
    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);
    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);
    public static bool is_grad_enabled() => Native.kt_grad_enabled() != 0;

    private sealed class AutoGradMode : IDisposable
    {
        private readonly bool before = is_grad_enabled();

        public AutoGradMode(bool enabled) => Native.kt_set_grad_enabled(enabled);

        public void Dispose() => Native.kt_set_grad_enabled(before);
    }

    public static class autograd
    {
        /// <summary>Accumulates into the leaves' <see cref="Tensor.grad"/> the gradients of Σ ⟨tensors[i], grad_tensors[i]⟩.</summary>
        public static void backward(
            IList<Tensor> tensors, IList<Tensor>? grad_tensors = null, bool? retain_graph = null, bool create_graph = false,
            IList<Tensor>? inputs = null)
        {
            ReadOnlySpan<Tensor> roots = [.. tensors], gradients = [.. grad_tensors ?? []], leaves = [.. inputs ?? []];
            var retain = retain_graph is { } keep ? (keep ? 1 : 0) : -1;
            var status = Native.kt_backward(
                roots, roots.Length, gradients, gradients.Length, retain, create_graph, leaves, leaves.Length);
            TensorMarshaller.KeepAlive(roots, TensorMarshaller.KeepAlive(gradients, TensorMarshaller.KeepAlive(leaves, status)));
            Errors.Check(status);
        }

        public static void backward(Tensor tensor, Tensor grad_tensor, bool? retain_graph = null, bool create_graph = false) =>
            backward([tensor], [grad_tensor], retain_graph, create_graph);

        /// <summary>d Σ ⟨outputs[i], grad_outputs[i]⟩ / d inputs, without touching anyone's <see cref="Tensor.grad"/>.</summary>
        /// <returns>One tensor per input; null for an unused one, which is an error unless allowed.</returns>
        public static IList<Tensor> grad(
            IList<Tensor> outputs, IList<Tensor> inputs, IList<Tensor>? grad_outputs = null, bool retain_graph = false,
            bool create_graph = false, bool allow_unused = false)
        {
            ReadOnlySpan<Tensor> roots = [.. outputs], leaves = [.. inputs], gradients = [.. grad_outputs ?? []];
            var handles = new nint[leaves.Length];
            var status = Native.kt_autograd_grad(
                roots, roots.Length, leaves, leaves.Length, gradients, gradients.Length, retain_graph, create_graph, allow_unused, handles);
            TensorMarshaller.KeepAlive(roots, TensorMarshaller.KeepAlive(gradients, TensorMarshaller.KeepAlive(leaves, status)));
            Errors.Check(status);
            return Array.ConvertAll(handles, handle => handle == 0 ? null! : Tensor.UnsafeCreateTensor(handle));
        }
    }

    public sealed partial class Tensor
    {
        public bool requires_grad
        {
            get => Native.kt_requires_grad(this) != 0;
            set => requires_grad_(value);
        }

        public bool is_leaf => Native.kt_is_leaf(this) != 0;

        public Tensor requires_grad_(bool requires_grad = true) => Done(Native.kt_set_requires_grad(this, requires_grad));

        public Tensor? grad
        {
            get
            {
                Errors.Check(Native.kt_grad(this, out var gradient));
                return gradient == 0 ? null : UnsafeCreateTensor(gradient);
            }
            set => Errors.Check(Native.kt_set_grad(this, value));
        }

        public void backward() => autograd.backward([this]);

        public void backward(IList<Tensor>? grad_tensors, bool retain_graph = false, bool create_graph = false) =>
            autograd.backward([this], grad_tensors, retain_graph, create_graph);
    }
}
