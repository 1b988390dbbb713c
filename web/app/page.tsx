export default function Home() {
  return <p>Hubbub</p>;
}
